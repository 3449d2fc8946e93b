# SPDX-License-Identifier: Apache-2.0
"""What rollwatch costs, side by side with boto3 and the AWS command line, in one run on one machine.

Everything talks to one local AWS on loopback. CPU time is user and system time of the whole process, from the kernel.
Absolute times depend on the machine; the ratios are what counts.
"""

import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLLWATCH = ROOT / "dist" / "rollwatch"
BUILD = ROOT / ".build-release" / "release"
PARAMETERS, SECRETS, SERVICES, RULES, OPEN = 10_000, 1_000, 100, 1_000, 1_000
PYTHON = ROOT / ".venv" / "bin" / "python"
failures = []


def row(what, measured, limit, holds):
    if not holds:
        failures.append(what)
    print(f"  {what:<58} {measured:>22}   {limit:<18} {'holds' if holds else 'MISSED'}", flush=True)


class LocalAWS:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [BUILD / "local-aws", *arguments], stdout=subprocess.PIPE, text=True
        )
        self.url = self.process.stdout.readline().split()[-1]

    def control(self, name, **body):
        request = urllib.request.Request(f"{self.url}/_local/{name}", data=json.dumps(body).encode())
        return json.load(urllib.request.urlopen(request))

    def act(self, action, **body):
        return self.control("act", region="eu-west-2", action=action, input=body)

    def counts(self):
        return self.control("calls", last=0)["counts"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def environment(url):
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-2",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def cpu_seconds(command, url, expected=0):
    process = subprocess.Popen(command, env=environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        sys.exit(f"{command[0]} ended with {process.returncode}: {errors.decode()}")
    return usage.ru_utime + usage.ru_stime


def paired(ours, theirs, url, runs):
    """Medians of alternating runs, after one of each that does not count."""
    a, b = [], []
    for number in range(runs + 1):
        pair = cpu_seconds(ours, url), cpu_seconds(theirs, url)
        if number:
            a.append(pair[0])
            b.append(pair[1])
    return statistics.median(a), statistics.median(b)


def write_files(folder, rules, quiet="30s", interval="60s"):
    (folder / "rules.yaml").write_text(rules)
    (folder / "rollwatch.yaml").write_text(
        f"parameters: {{ interval: {interval}, rate: 1000 }}\n"
        f"secrets: {{ interval: {interval}, rate: 1000 }}\n"
        "rollouts: { interval: 1s }\n"
    )


ESTATE = """rules:
  - name: estate
    watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
    restart: [{ service: "{env}-ecs-{app}-cluster/{env}-ecs-{app}-service" }]
"""


def run_arguments(folder):
    return ["run", "--config", folder / "rollwatch.yaml", "--rules", folder / "rules.yaml", "--state", folder / "state"]


SWEEP = """
import boto3
count = 0
for page in boto3.client("ssm").get_paginator("describe_parameters").paginate(PaginationConfig={"PageSize": 50}):
    for parameter in page["Parameters"]:
        count += bool((parameter["Name"], parameter["Version"], parameter["LastModifiedDate"]))
for page in boto3.client("secretsmanager").get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 100}):
    for secret in page["SecretList"]:
        count += bool((secret["Name"], [v for v, s in secret["SecretVersionsToStages"].items() if "AWSCURRENT" in s]))
assert count == 11_000, count
"""


def bench_sweep(aws, folder):
    write_files(folder, ESTATE)
    ours = [ROLLWATCH, *run_arguments(folder), "--once"]
    cpu_seconds(ours, aws.url)
    before = aws.counts()
    cpu_seconds(ours, aws.url)
    after = aws.counts()
    calls = {name: after[name] - before.get(name, 0) for name in after}
    mine, boto = paired(ours, [PYTHON, "-c", SWEEP], aws.url, 5)
    row("sweep of 10,000 parameters and 1,000 secrets, CPU", f"{mine * 1e3:.0f} ms", "", True)
    row("  the same with boto3", f"{boto * 1e3:.0f} ms", "", True)
    row("  ratio", f"{boto / mine:.1f} times less", "at least 10", boto / mine >= 10)
    least = PARAMETERS // 50 + SECRETS // 100
    made = calls.get("ssm:DescribeParameters", 0) + calls.get("secretsmanager:ListSecrets", 0)
    row("  calls", f"{made}", f"at most {least}", made <= least)


def bench_restart(aws):
    cluster, service = "staging-ecs-app-0000-cluster", "staging-ecs-app-0000-service"
    ours = [ROLLWATCH, "restart", f"{cluster}/{service}", "--no-wait"]
    theirs = [
        ROOT / ".venv" / "bin" / "aws", "ecs", "update-service", "--cluster", cluster, "--service", service,
        "--force-new-deployment",
    ]  # fmt: skip
    mine, cli = paired(ours, theirs, aws.url, 15)
    row("rollwatch restart, CPU", f"{mine * 1e3:.1f} ms", "", True)
    row("  aws ecs update-service", f"{cli * 1e3:.0f} ms", "", True)
    row("  ratio", f"{cli / mine:.1f} times less", "at least 30", cli / mine >= 30)


def memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def bench_memory(aws, folder):
    rules = "rules:\n" + "".join(
        f"""  - name: app-{number:04}
    watch: [{{ parameter: "/staging/app-{number:04}/**" }}, {{ secret: "staging/app-{number:04}/*" }}]
    restart: [{{ service: "staging-ecs-app-{number:04}-cluster/staging-ecs-app-{number:04}-service" }}]
"""
        for number in range(RULES)
    )
    write_files(folder, rules, interval="200ms")
    before = aws.counts().get("ssm:DescribeParameters", 0)
    daemon = subprocess.Popen(
        [ROLLWATCH, *run_arguments(folder)], env=environment(aws.url), stderr=subprocess.DEVNULL
    )

    def after(sweeps):
        while aws.counts()["ssm:DescribeParameters"] - before < sweeps * (PARAMETERS // 50):
            time.sleep(0.2)
        return memory(daemon.pid)

    early, hour = after(10), after(60)
    daemon.send_signal(signal.SIGTERM)
    daemon.wait()
    row("memory, 11,000 resources, 1,000 rules, 60 sweeps (an hour's)", f"{hour:.1f} MiB", "at most 40 MiB", hour <= 40)
    row("  after 10 sweeps", f"{early:.1f} MiB", "flat within 2 MiB", hour - early <= 2)


def bench_latency(folder):
    interval, quiet, rounds = 0.5, 0.5, 40
    rules = ESTATE + f"    debounce: {{ quiet: {int(quiet * 1000)}ms, limit: 5s }}\n    cooldown: 0s\n"
    write_files(folder, rules, interval=f"{int(interval * 1000)}ms")
    with LocalAWS("--seed-parameters", "400", "--seed-services", "40", "--rollout-seconds", "0.1") as aws:
        daemon = subprocess.Popen(
            [ROLLWATCH, *run_arguments(folder)], env=environment(aws.url), stderr=subprocess.DEVNULL
        )
        while aws.counts().get("ssm:DescribeParameters", 0) < 16:
            time.sleep(0.1)
        over, phases = [], random.Random(1)
        for number in range(rounds):
            name = f"/staging/app-{number:04}/KEY_0"
            started = time.time()
            aws.act("ssm:PutParameter", Name=name, Value="new", Type="String", Overwrite=True)
            while aws.counts().get("ecs:UpdateService", 0) <= number:
                time.sleep(0.01)
            call = aws.control("calls", operation="ecs:UpdateService", last=1)["calls"][0]
            arrived = time.mktime(time.strptime(call["time"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
            arrived += float(call["time"][19:-1])
            over.append((arrived - started - quiet) * 1e3)
            # Out of step with the sweeps, so that every phase of the interval is met.
            time.sleep(phases.random() * interval)
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    over.sort()
    p50, p99 = statistics.median(over), over[-1]
    bound = interval * 1e3 + 100
    row("from the change to UpdateService, less quiet: p50", f"{p50:.0f} ms", "", True)
    row("  p99 (interval 500 ms)", f"{p99:.0f} ms", f"at most {bound:.0f} ms", p99 <= bound)


def bench_status(aws, folder):
    """The whole command, from its start to its end, while 1,000 restarts are open: an operator holds them all."""
    write_files(
        folder, ESTATE + "    debounce: { quiet: 200ms, limit: 5s }\n    cooldown: 0s\n", interval="2s"
    )
    daemon = subprocess.Popen(
        [ROLLWATCH, *run_arguments(folder)], env=environment(aws.url), stderr=subprocess.DEVNULL
    )

    def command(*arguments):
        return subprocess.run(
            [ROLLWATCH, *arguments, "--state", folder / "state"], capture_output=True, text=True, env=environment(aws.url)
        ).stdout

    def counted(status, count):
        return status.startswith("{") and count(json.loads(status))

    def wait(count):
        while not counted(command("status", "--json"), count):
            time.sleep(0.2)

    wait(lambda status: sum(source["resources"] for source in status["sources"]) == PARAMETERS + SECRETS)
    command("hold", "--all")
    for number in range(OPEN):
        aws.act(
            "ssm:PutParameter", Name=f"/staging/app-{number:04}/KEY_0", Value="new", Type="String", Overwrite=True
        )
    wait(lambda status: sum(item["stage"] == "held" for item in status["restarts"]) == OPEN)
    took = {"status": [], "status --json": []}
    for _ in range(20):
        for name, times in took.items():
            started = time.perf_counter()
            command(*name.split())
            times.append((time.perf_counter() - started) * 1e3)
    daemon.send_signal(signal.SIGTERM)
    daemon.wait()
    for name, times in took.items():
        slowest = max(times)
        row(f"rollwatch {name}, {OPEN:,} open restarts, slowest of 20", f"{slowest:.0f} ms", "at most 50 ms", slowest <= 50)
        row("  median", f"{statistics.median(times):.0f} ms", "", True)


def bench_engine():
    lines = subprocess.run([BUILD / "engine-bench"], capture_output=True, text=True, check=True).stdout
    for name, limit in (("unchanged", 50), ("changed", 2_000)):
        value = float([line.split()[1] for line in lines.splitlines() if line.startswith(name)][-1])
        row(f"engine, 100,000 resources, 1,000 rules, all {name}, CPU", f"{value:.1f} ms", f"at most {limit} ms", value <= limit)
    paced = float(next(line.split()[1] for line in lines.splitlines() if line.startswith("paced")))
    row("engine, 1,000 targets of one change, dearest step, CPU", f"{paced:.1f} ms", "at most 10 ms", paced <= 10)


def main():
    with tempfile.TemporaryDirectory() as directory:
        folders = [pathlib.Path(directory) / name for name in ("sweep", "memory", "latency", "status")]
        for folder in folders:
            folder.mkdir()
        print(f"  {'what':<58} {'measured':>22}   {'limit':<18}")
        with LocalAWS(
            "--seed-parameters", str(PARAMETERS), "--seed-secrets", str(SECRETS), "--seed-services", str(SERVICES)
        ) as aws:  # fmt: skip
            bench_sweep(aws, folders[0])
            bench_restart(aws)
            bench_memory(aws, folders[1])
            bench_status(aws, folders[3])
        bench_latency(folders[2])
        bench_engine()
    sys.exit(f"missed: {', '.join(failures)}" if failures else 0)


if __name__ == "__main__":
    main()
