#!/usr/bin/env python3
"""Checks that Package.swift declares exactly what each target imports.

The build refuses an import of a target that is not declared, but not of a product, and says nothing of a dependency that is
declared and not imported. An executable is no module: a target depends on it to have it built.
"""
import json
import pathlib
import re
import subprocess
import sys

IMPORT = re.compile(r'^\s*(?:@\w+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+'
                    r'(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)', re.M)

package = json.loads(subprocess.run(['swift', 'package', 'dump-package'], check=True, stdout=subprocess.PIPE).stdout)
targets = {target['name']: target for target in package['targets']}
executables = {name for name, target in targets.items() if target['type'] == 'executable'}


def sources(target):
    """The Swift files of a target, without its excluded directories."""
    folder = 'Tests' if target['type'] == 'test' else 'Sources'
    root = pathlib.Path(target.get('path') or f'{folder}/{target["name"]}')
    excluded = [root / name for name in target['exclude']]
    return [file for file in root.rglob('*.swift') if not any(file.is_relative_to(path) for path in excluded)]


problems = []
products = {dependency['product'][0] for target in targets.values() for dependency in target['dependencies']
            if 'product' in dependency}
for name, target in sorted(targets.items()):
    declared = {next(iter(dependency.values()))[0] for dependency in target['dependencies']}
    files = sources(target)
    if target['type'] == 'system' or not files:
        continue
    imported = {module for file in files for module in IMPORT.findall(file.read_text(encoding='utf-8'))}
    known = imported & (set(targets) | products) - {name}
    for module in sorted(known - declared):
        problems.append(f'{name} imports {module}, and Package.swift does not declare it')
    for module in sorted(declared - imported - executables):
        problems.append(f'Package.swift declares that {name} depends on {module}, and {name} does not import it')
print('\n'.join(problems) or f'{len(targets)} targets declare exactly what they import')
sys.exit(1 if problems else 0)
