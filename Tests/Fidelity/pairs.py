"""Every pair of rearrangements of objects, each pair in one commit.

Names are resolved against the state before a commit, so two changes of names in one commit are where a plan may mean
something else than what is done. Single changes are pairs with one that does nothing.
"""

import itertools
import random

import commits
from world import KINDS

VERBS = ["rename", "remove", "create", "move", "swap", "usurp"]
SINGLE = [f"{verb} {kind}" for kind in KINDS for verb in VERBS
          if verb != "move" or kind in ("cluster", "deployment")] + ["nothing"]
PAIRS = [pair for pair in itertools.product(SINGLE, SINGLE) if pair != ("nothing", "nothing")]
random.Random(1).shuffle(PAIRS)
# Pairs in one world, after its first commit.
LENGTH = 9


def history(rng, number):
    """The commits of the world with a number: a first one, and some pairs; the worlds in turn have all pairs."""
    story = [base(rng)]
    for index in range(LENGTH):
        pair = PAIRS[(number * LENGTH + index) % len(PAIRS)]
        made = [commits.operation(rng, name, f"p{index}-{place}") for place, name in enumerate(pair) if name != "nothing"]
        # Sometimes one of the old names is used again, or the former names are dropped, as an author does later.
        story.append(([["forget", None, 0, 0, 0, ""]] if rng.random() < 0.3 else []) + made)
    return story


def base(rng):
    """Two of everything."""
    made = [["create", "organization", 0, 0, 0, "org1"], ["create", "user", 0, 0, 0, "ada"],
            ["create", "user", 0, 0, 0, "bob"], ["create", "organization", 0, 0, 0, "org2"],
            ["join", None, 0.9, 0.9, 0, ""]]
    made += [["create", "cluster", where, 0.4 * rng.random(), rng.random(), name]
             for where, name in ((0, "one"), (0, "two"), (0.9, "one"))]
    for name, where in (("main", 0), ("canary", 0), ("d3", 0.4), ("d4", 0.9)):
        one = commits.operation(rng, "create deployment", name)
        one[2], one[5] = where, name
        made.append(one)
    return made
