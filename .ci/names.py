#!/usr/bin/env python3
"""Checks that no Swift file of Sources and Tests has the base name of another, that Tests/MUTATIONS.md names tests that exist, and
that subjects of commits are short.

Subjects are checked from the commit on that brought this check; a clone that does not reach back to it checks those it has.
"""
import collections
import pathlib
import re
import subprocess
import sys

LONGEST = 72
FIRST = 'b79dc82'

problems = []
files = collections.defaultdict(list)
for folder in ('Sources', 'Tests'):
    for file in sorted(pathlib.Path(folder).rglob('*.swift')):
        files[file.name].append(str(file))
for name, paths in sorted(files.items()):
    if len(paths) > 1:
        problems.append(f'{name} stands {len(paths)} times: {", ".join(paths)}')

# A test's name is a sentence: at least three words between grave accents.
tests = {name for file in pathlib.Path('Tests').rglob('*.swift')
         for name in re.findall(r'func `([^`]+)`', file.read_text(encoding='utf-8'))}
for name in re.findall(r'`([^`]+)`', pathlib.Path('Tests/MUTATIONS.md').read_text(encoding='utf-8')):
    if len(name.split()) >= 3 and not name.startswith('swift ') and name not in tests:
        problems.append(f'Tests/MUTATIONS.md names a test that does not exist: {name}')


def git(*arguments):
    return subprocess.run(['git', *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


is_known = git('merge-base', '--is-ancestor', FIRST, 'HEAD').returncode == 0
log = git('log', '--no-merges', '--format=%h %s', f'{FIRST}..HEAD' if is_known else 'HEAD')
subjects = log.stdout.splitlines() if is_known else log.stdout.splitlines()[:1]
for line in subjects:
    commit, subject = line.split(' ', 1)
    if len(subject) > LONGEST:
        problems.append(f'the subject of commit {commit} has {len(subject)} characters, more than {LONGEST}: {subject}')
print('\n'.join(problems) or f'{len(files)} file names, each once; {len(subjects)} subjects of at most {LONGEST} characters')
sys.exit(1 if problems else 0)
