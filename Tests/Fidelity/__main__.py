"""Holds plan against deed on generated commits, from outside, with the real program."""

import argparse
import collections
import concurrent.futures
import itertools
import multiprocessing
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import worlds  # noqa: E402


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(prog="python3 Tests/Fidelity", description=__doc__, epilog=worlds.__doc__)
    parser.add_argument("--berth", default=os.path.join(here, "../../.build/release/berth"), help="the program to test")
    parser.add_argument("--commits", type=int, default=1500, help="number of generated commits, at least")
    parser.add_argument("--seed", type=int, help="the first seed, each of which is a world of some commits; "
                        "without it, the known ones, and all from 1 on")
    parser.add_argument("--worlds", type=int, help="number of seeds, in place of a number of commits")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="worlds at the same time")
    parser.add_argument("--no-shrink", action="store_true", help="print differences as they were found")
    parser.add_argument("--fail-fast", action="store_true", help="begin no world after the first difference")
    parser.add_argument("--show", action="store_true", help="print the operations of the first seed, and do nothing")
    options = parser.parse_args()
    if options.show:
        for index, operations in enumerate(worlds.history(options.seed or 1)):
            for operation in operations:
                print(f"commit {index}: {operation}")
        return 0
    begin = time.monotonic()
    figures, failures, count = run(options)
    print(f"{figures['commits']} commits ({figures['applied']} applied, {figures['refused']} refused, "
          f"{figures['interactive']} on a terminal) in {count} worlds, {figures['steps']} changes and actions compared, "
          f"in {time.monotonic() - begin:.0f} s")
    print(f"{figures['explained']} differences follow from an assumption of the plan that did not hold")
    print(f"{count - len(failures)} worlds passed, {len(failures)} failed" + "".join(f" {seed}" for seed in failures))
    return 1 if failures else 0


def run(options):
    """Runs worlds until enough commits were made. Returns the figures, the seeds that failed, and the number of worlds."""
    figures, failures, count, berth = collections.Counter(), [], 0, os.path.abspath(options.berth)
    first = options.seed or 1
    seeds = iter(range(first, first + options.worlds) if options.worlds else range(first, 10 ** 9))
    if options.seed is None and not options.worlds:
        seeds = itertools.chain(worlds.KNOWN, seeds)
    with concurrent.futures.ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork"), ignore) as pool:
        waiting = {pool.submit(worlds.outcome, berth, seed, not options.no_shrink)
                   for _, seed in zip(range(options.jobs), seeds)}
        while waiting:
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for one in done:
                seed, found, failure = one.result()
                count += 1
                figures.update(found)
                if failure:
                    failures.append(seed)
                    print(f"seed {seed}: {failure}\n", flush=True)
                is_over = options.fail_fast and failures or not options.worlds and figures["commits"] >= options.commits
                following = None if is_over else next(seeds, None)
                if following is not None:
                    waiting.add(pool.submit(worlds.outcome, berth, following, not options.no_shrink))
    return figures, sorted(failures), count


def ignore():
    """Leaves an interrupt from the keyboard to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


sys.exit(main())
