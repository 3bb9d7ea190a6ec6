#!/usr/bin/env python3
"""Runs the filters in a memory control group, where the kernel kills what exceeds the limit.

    memory_group.py --probe    status 0 where such a group can be made here, else 1 and why
    memory_group.py            300,000 keys, then lines of 15 MiB, through each filter in a group of 32 MiB

Works with the groups of version 1 and 2. Swap, where the group has any, is not to be used: the limit would say little.
SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

MIB = 1 << 20
LIMIT = 32 * MIB
ROOT = pathlib.Path("/sys/fs/cgroup")
FILTERS = {
    "dbi-sample": ["--default-sample-rate", "1"],
    "dbi-breaker": ["--max-circuits", "1000000"],
    "dbi-ratelimit": ["--max-keys", "1000000"],
    "dbi-verify": ["--max-targets", "1000000"],
}


def parent():
    """The folder to make groups in, and the name of the file with the limit."""
    if (ROOT / "memory/memory.limit_in_bytes").exists():
        return ROOT / "memory", "memory.limit_in_bytes"
    return ROOT, "memory.max"


@contextlib.contextmanager
def group(limit):
    folder, limit_file = parent()
    made = folder / f"dbi-test-{os.getpid()}"
    made.mkdir()
    try:
        (made / limit_file).write_text(str(limit))
        with contextlib.suppress(OSError):
            (made / "memory.swap.max").write_text("0")
        yield made
    finally:
        made.rmdir()


def run_in(made, command, feed, **options):
    """The command's status, with `feed(pipe)` at its standard input."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: (made / "cgroup.procs").write_text(str(os.getpid())), **options)
    with contextlib.suppress(BrokenPipeError):
        feed(process.stdin)
        process.stdin.close()
    told = process.stderr.read().decode(errors="replace")
    return process.wait(), told


def many_keys(pipe):
    line = ('{"v":1,"kind":"plan","ts":"2026-01-01T00:00:%02d.%06dZ","target":"t%d","database":"db_%d",'
            '"query_signature":"%016x"}\n')
    for begin in range(0, 300_000, 1000):
        pipe.write("".join(line % (n // 10_000, n % 10_000, n % 50, n, n) for n in range(begin, begin + 1000)).encode())


def long_lines(pipe):
    for n in range(6):
        pipe.write(b'{"v":1,"kind":"plan","target":"t","database":"d%d","plan":"' % n + b"x" * (15 * MIB) + b'"}\n')


def probe():
    try:
        with group(LIMIT) as made:
            status, _ = run_in(made, ["true"], lambda pipe: None)
    except OSError as error:
        return f"{error.filename or ''}: {error.strerror}"
    except subprocess.SubprocessError as error:
        return str(error)
    return None if status == 0 else f"a process in the group ended with {status}"


def main():
    if sys.argv[1:] == ["--probe"]:
        if why := probe():
            sys.exit(why)
        return
    failed = False
    for feed in (many_keys, long_lines):
        for tool, arguments in FILTERS.items():
            with tempfile.TemporaryDirectory() as state, group(LIMIT) as made:
                # Twice: the second run begins with what the first one remembers.
                for turn in ("first", "second"):
                    status, told = run_in(made, [tool, "--no-config", "--state-dir", state, *arguments], feed)
                    good = status == 0
                    failed |= not good
                    print(f"{feed.__name__}, {tool}, {turn} run: status {status} {'' if good else 'WRONG ' + told}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
