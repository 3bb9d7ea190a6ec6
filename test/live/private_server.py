"""What a throw-away server of any make is to the suites: a folder, a script that starts and ends it, its processes.

SPDX-License-Identifier: Apache-2.0
"""
import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

# Told to stop, a suite still ends its server.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class PrivateServer:
    """Starts in __init__; close() stops it and removes its folder. SCRIPT is the one of scripts/ that drives it."""

    SCRIPT = ""

    def __init__(self, *settings, environment=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dbi-live."))
        self.folder.chmod(0o755)
        self.frozen = []
        self.environment = {**os.environ, **dict(environment)}
        atexit.register(self.close)
        self.started = self._control("start", *settings)

    def _control(self, verb, *arguments):
        done = subprocess.run([ROOT / "scripts" / self.SCRIPT, verb, self.folder, *arguments], env=self.environment,
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{self.SCRIPT} {verb}: {done.stderr}")
        return done.stdout

    def close(self):
        atexit.unregister(self.close)
        if self.folder.exists():
            self.thaw()
            self._control("remove")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def port(self):
        return (self.folder / "port").read_text().strip()

    def restart(self, *settings):
        self._control("restart", *settings)

    def stop(self):
        self._control("stop")

    def crash(self):
        self._control("crash")
        self._control("start")

    def processes(self):
        """The ids of the server's processes, the first one first."""
        raise NotImplementedError

    def freeze(self):
        """It answers nobody until thaw(), and its connections stay."""
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)
            self.frozen.append(pid)

    def thaw(self):
        while self.frozen:
            os.kill(self.frozen.pop(), signal.SIGCONT)

    def feed(self, client, text, check=True):
        """Gives a client program its input; the output without the last line's end."""
        done = subprocess.run(client, input=text, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError(f"status {done.returncode}: {done.stderr or done.stdout[-200:]} of {text[:200]}")
        return done.stdout.rstrip("\n")
