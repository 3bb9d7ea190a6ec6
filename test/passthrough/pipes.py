#!/usr/bin/env python3
"""Drives a filter whose pipes are full, for the tests of the stream.

pipes.py reader-goes COMMAND ...   the reader takes what is there and closes
pipes.py reader-stuck COMMAND ...  SIGTERM, while the reader takes nothing until the filter has ended
pipes.py reader-reads COMMAND ...  SIGTERM, and the reader takes all that still comes
pipes.py slow COMMAND ...          the filter has this program's input; the reader waits until it is blocked, and writes
                                   what it takes to standard output
pipes.py slow-stop COMMAND ...     so, with a SIGTERM as soon as the filter is blocked
pipes.py last-reader-goes FILE COMMAND ... -- COMMAND ...   filters in a row read FILE through a pipe; the reader of the
                                   last one takes what is there once all are blocked or done, writes it to standard
                                   output and closes

The first three: writes records (each hundredth line is none) until both pipes are full and the filter sleeps in a write,
so that exact counts are known. The writer keeps its end open. Prints what became of them, as JSON.
SPDX-License-Identifier: Apache-2.0
"""

import json
import os
import select
import signal
import subprocess
import sys
import time


def line(number):
    if number % 100 == 99:
        return b"no record %d\n" % number
    record = {"v": 1, "kind": "query_stats", "target": "t%d" % (number % 3), "database": "d", "n": number,
              "calls": 2, "total_ms": 0.5, "pad": "x" * (number % 1500)}
    return json.dumps(record).encode() + b"\n"


def state(process):
    with open("/proc/%d/stat" % process.pid) as file:
        return file.read().rpartition(")")[2].split()[0]


def wait_for(condition):
    limit = time.monotonic() + 60
    while not condition():
        if time.monotonic() > limit:
            sys.exit("not within the time")
        time.sleep(0.005)


def is_full(output):
    return not select.select([], [output], [], 0)[1]


def start(command, source):
    """The filter, the end of its output that is read, and a copy of the one that it writes to."""
    read_end, write_end = os.pipe()
    return subprocess.Popen(command, stdin=source, stdout=write_end), read_end, write_end


def fill(process, sink, output):
    """Writes until nothing moves; returns the number of lines and of records. A write up to PIPE_BUF is whole or not."""
    lines = 0
    while True:
        try:
            os.write(sink, line(lines))
            lines += 1
        except BlockingIOError:
            if is_full(output) and state(process) == "S":
                return lines, lines - lines // 100
            time.sleep(0.002)


def take(source):
    """What a pipe holds, or brings until its end."""
    text = b""
    while select.select([source], [], [], 0)[0]:
        block = os.read(source, 1 << 20)
        if not block:
            break
        text += block
    return text


def is_record(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def count(text):
    *whole, last = text.split(b"\n")
    if is_record(last):  # a record is one without its line end, too
        whole, last = whole + [last], b""
    records = [json.loads(one) for one in whole]
    dropped = [one for one in records if one["kind"] == "dropped"]
    return {"delivered": len(records) - len(dropped), "dropped": sum(one["count"] for one in dropped), "torn": len(last)}


def cut_off(mode, command):
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    process, read_end, write_end = start(command, source)
    os.close(source)
    lines, records = fill(process, sink, write_end)
    os.close(write_end)
    if mode == "reader-goes":
        process.send_signal(signal.SIGSTOP)
        wait_for(lambda: state(process) == "T")
        text = take(read_end)
        os.close(read_end)
        process.send_signal(signal.SIGCONT)
    else:
        process.send_signal(signal.SIGTERM)
        text = b""
        if mode == "reader-reads":
            while block := os.read(read_end, 1 << 16):
                text += block
        process.wait()
        text += take(read_end)
    status = process.wait()
    print(json.dumps({"status": status, "lines": lines, "records": records, **count(text)}))


def slow(command, stop):
    process, read_end, write_end = start(command, sys.stdin)
    wait_for(lambda: is_full(write_end) and state(process) == "S")
    os.close(write_end)
    if stop:
        process.send_signal(signal.SIGTERM)
    while block := os.read(read_end, 7001):
        sys.stdout.buffer.write(block)
    sys.exit(process.wait())


def commands(words):
    one = []
    for word in words + ["--"]:
        if word != "--":
            one.append(word)
            continue
        yield one
        one = []


def last_reader_goes(path, words):
    cat = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
    source, write_end = os.dup(cat.stdout.fileno()), None
    cat.stdout.close()
    stages = []
    for command in commands(words):
        if write_end is not None:
            os.close(write_end)  # so that the reader of this pipe sees its end
        process, read_end, write_end = start(command, source)
        os.close(source)
        source = read_end
        stages.append(process)
    # All but the last are done and the last pipe is full: nothing is on its way to a place where nobody counts it.
    before = [cat, *stages[:-1]]
    wait_for(lambda: all(one.poll() is not None for one in before) and is_full(write_end) and state(stages[-1]) == "S")
    os.close(write_end)
    stages[-1].send_signal(signal.SIGSTOP)
    wait_for(lambda: state(stages[-1]) == "T")
    *whole, last = take(source).split(b"\n")
    os.close(source)
    if is_record(last):  # what is torn did not leave
        whole.append(last)
    sys.stdout.buffer.write(b"".join(text + b"\n" for text in whole))
    sys.stdout.buffer.flush()
    stages[-1].send_signal(signal.SIGCONT)
    sys.exit(max(stage.wait() for stage in stages))


mode, arguments = sys.argv[1], sys.argv[2:]
if mode in ("slow", "slow-stop"):
    slow(arguments, mode == "slow-stop")
elif mode == "last-reader-goes":
    last_reader_goes(arguments[0], arguments[1:])
else:
    cut_off(mode, arguments)
