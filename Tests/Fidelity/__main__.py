"""Holds plan against deed on generated commits, from outside, with the real program.

usage: python3 Tests/Fidelity [--berth PATH] [--commits N] [--seed FIRST] [--jobs N] [--show]

A seed is a world: a dozen commits on two sources and one state. Even seeds are still: nothing ends by itself, and `apply`
must do exactly what `diff` shows. In odd ones jobs end, fail and are killed, and only what follows an end may differ. A
difference is shrunk to the fewest operations that show it, and printed with its seed. Ends with 1 if there is any.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import commits  # noqa: E402
from check import Checker, Difference, Refused  # noqa: E402
from place import Place  # noqa: E402
from world import SOURCES, World  # noqa: E402

LENGTH = 10


def history(seed):
    """The commits of a seed: lists of operations."""
    rng = random.Random(seed)
    is_still = seed % 2 == 0
    return [commits.base(rng, is_still)] + [commits.commit(rng, is_still, number) for number in range(1, LENGTH)]


def replay(berth, seed, story, figures=None):
    """Carries a history out. Raises `Difference` at the first thing that is not as shown."""
    rng = random.Random(seed * 31 + 7)
    is_still = seed % 2 == 0
    place, world = Place(berth), World()
    checker = Checker(place, is_still)
    try:
        for operations in story:
            interactive = rng.random() < 0.05
            order = rng.sample(SOURCES, 2) if place.deployments() else SOURCES
            last_good, alone = world.copy(), []
            for operation in operations:
                asked = commits.apply(world, operation)
                if asked:
                    alone.append(asked)
            if not is_still:
                strike(place, alone)
            place.write(world)
            try:
                for source in order:
                    count = checker.commit(world, source, interactive)
                    if figures is not None:
                        figures["actions"] += count
                        figures["interactive"] += interactive
                if figures is not None:
                    figures["applied"] += 1
            except Refused:
                if figures is not None:
                    figures["refused"] += 1
                # A revert does not name the renames that it takes back, so it may be refused as well; then the world ends.
                world = last_good
                place.write(world)
                try:
                    for source in order:
                        checker.commit(world, source)
                except Refused:
                    break
    finally:
        place.close()


def strike(place, asked):
    """Kills or ends live jobs, and waits until their supervisors have seen it."""
    alive = sorted(place.live_runs().items())
    struck = []
    for kind, fraction in asked:
        if alive:
            name, pid = alive[int(fraction * len(alive))]
            struck.append(name)
            try:
                os.kill(pid, signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            except ProcessLookupError:
                pass
    deadline = time.monotonic() + 10
    while any(name in place.live_runs() for name in struck) and time.monotonic() < deadline:
        time.sleep(0.01)


def attempt(berth, seed, story):
    try:
        replay(berth, seed, story)
    except Difference as difference:
        return difference
    return None


def shrink(berth, seed, story, found, budget=60):
    """Leaves out commits and operations as long as the same kind of difference remains."""
    best, tries = story, 0

    def still_fails(candidate):
        nonlocal tries
        tries += 1
        other = attempt(berth, seed, candidate)
        return other if other is not None and other.kind == found.kind else None

    progress = True
    while progress and tries < budget:
        progress = False
        for index in reversed(range(len(best))):
            candidates = [best[:index] + best[index + 1:]] if index > 0 else []
            candidates += [best[:index] + [best[index][:k] + best[index][k + 1:]] + best[index + 1:]
                           for k in range(len(best[index]))]
            for candidate in candidates:
                if tries >= budget:
                    break
                smaller = still_fails(candidate)
                if smaller:
                    best, found, progress = candidate, smaller, True
                    break
            if progress:
                break
    return best, found


def world_of_seed(berth, seed, shrinks):
    figures = collections.Counter(commits=LENGTH)
    story = history(seed)
    try:
        replay(berth, seed, story, figures)
        return seed, figures, None
    except Difference as difference:
        found = difference
        if shrinks:
            story, found = shrink(berth, seed, story, difference)
        lines = [f"  commit {index}: {operation}" for index, operations in enumerate(story) for operation in operations]
        return seed, figures, f"{found}\n" + "\n".join(lines)
    except Exception as error:  # a mistake of the harness, which must not look like a passed world
        return seed, figures, f"harness: {type(error).__name__}: {error}"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(prog="python3 Tests/Fidelity", description=__doc__.splitlines()[0])
    parser.add_argument("--berth", default=os.path.join(here, "../../.build/release/berth"), help="the program to test")
    parser.add_argument("--commits", type=int, default=1500, help="number of generated commits")
    parser.add_argument("--seed", type=int, default=1, help="the first seed; each is a world of %d commits" % LENGTH)
    parser.add_argument("--jobs", type=int, default=2, help="worlds at the same time")
    parser.add_argument("--no-shrink", action="store_true", help="print differences as they were found")
    parser.add_argument("--show", action="store_true", help="print the operations of the first seed, and do nothing")
    options = parser.parse_args()
    if options.show:
        for index, operations in enumerate(history(options.seed)):
            for operation in operations:
                print(f"commit {index}: {operation}")
        return 0
    seeds = range(options.seed, options.seed + max(1, options.commits // LENGTH))
    total, failures, begin = collections.Counter(), [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(world_of_seed, os.path.abspath(options.berth), seed, not options.no_shrink)
                   for seed in seeds]
        for one in concurrent.futures.as_completed(waiting):
            seed, figures, failure = one.result()
            total += figures
            if failure:
                failures.append(seed)
                print(f"seed {seed}: {failure}\n", flush=True)
    print(f"{total['commits']} commits ({total['applied']} applied, {total['refused']} refused, {total['interactive']} on a "
          f"terminal), {total['actions']} changes and actions compared, in {time.monotonic() - begin:.0f} s")
    print(f"{len(seeds) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
