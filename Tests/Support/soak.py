# SPDX-License-Identifier: Apache-2.0
"""Whether a long run grows: the release binary over thousands of sweeps, with restarts in between.

The shortest interval is 200 ms, so many Regions are watched at once: each has its own sweeps, of parameters and of secrets.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from bench import ROLLWATCH, LocalAWS, environment, memory, run_arguments, write_files

SWEEPS = int(os.environ.get("SWEEPS", "10000"))
REGIONS = ["eu-west-2"] + [f"eu-north-{number}" for number in range(1, 10)]
APPLICATIONS = 20


def rules():
    return "rules:\n" + "".join(
        f"""  - name: {region}
    region: {region}
    watch: [{{ parameter: "/{{env}}/{{app}}/**" }}, {{ secret: "{{env}}/{{app}}/*" }}]
    restart: [{{ service: "{{env}}-ecs-{{app}}-cluster/{{env}}-ecs-{{app}}-service" }}]
    debounce: {{ quiet: 200ms, limit: 5s }}
    cooldown: 0s
"""
        for region in REGIONS
    )


def shape(pid):
    """Resident memory in MiB, open files, TCP connections and threads of a process."""
    files = list(pathlib.Path(f"/proc/{pid}/fd").iterdir())
    sockets = sum(os.readlink(file).startswith("socket:") for file in files if file.is_symlink())
    threads = len(list(pathlib.Path(f"/proc/{pid}/task").iterdir()))
    return memory(pid), len(files), sockets, threads


def main():
    arguments = ["--seed-parameters", str(APPLICATIONS * 10), "--seed-secrets", str(APPLICATIONS), "--seed-services"]
    with tempfile.TemporaryDirectory() as name, LocalAWS(*arguments, str(APPLICATIONS), "--rollout-seconds", "0.3") as aws:
        folder = pathlib.Path(name)
        write_files(folder, rules(), interval="200ms")
        daemon = subprocess.Popen(
            [ROLLWATCH, *run_arguments(folder)], env=environment(aws.url), stderr=subprocess.DEVNULL
        )
        pages = APPLICATIONS * 10 // 50
        print(f"  {'sweeps':>8} {'restarts':>9} {'MiB':>7} {'files':>6} {'sockets':>8} {'threads':>8}", flush=True)
        shapes, written = [], 0
        for part in (0.05, 0.25, 0.5, 0.75, 1):
            while True:
                counts = aws.counts()
                # A sweep of the seeded Region's parameters takes several pages, one of any other Region a single one.
                calls = counts.get("ssm:DescribeParameters", 0)
                sweeps = calls * len(REGIONS) // (pages + len(REGIONS) - 1) + counts.get("secretsmanager:ListSecrets", 0)
                if sweeps >= SWEEPS * part:
                    break
                parameter = f"/staging/app-{written % APPLICATIONS:04}/KEY_0"
                aws.act("ssm:PutParameter", Name=parameter, Value="new", Type="String", Overwrite=True)
                written += 1
                time.sleep(0.5)
            shapes.append(shape(daemon.pid))
            mib, files, sockets, threads = shapes[-1]
            restarts = counts.get("ecs:UpdateService", 0)
            print(f"  {sweeps:>8} {restarts:>9} {mib:>7.1f} {files:>6} {sockets:>8} {threads:>8}", flush=True)
        daemon.send_signal(signal.SIGTERM)
        status = daemon.wait()
    settled, last = shapes[1], shapes[-1]
    if status != 0:
        sys.exit(f"it ended with {status}")
    # Connections come and go by a few; what leaks, leaks with every sweep.
    if last[0] > settled[0] + 2 or any(now > before + 8 for now, before in zip(last[1:], settled[1:])):
        sys.exit("it grows")


if __name__ == "__main__":
    main()
