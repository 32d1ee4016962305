#!/usr/bin/env python3
"""Measures the bridge beside the floor and prints a table; docs/performance.md says what and how.

Each measurement starts its own server and subscribers, so that none inherits another's buffers. Rounds are interleaved
and medians compared, because the machine drifts. Everything it starts ends with it.
"""
import argparse
import datetime
import json
import os
import platform
import re
import select
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds that any single step may take
QUIET = 0.05  # of the machine may go to others while something is measured
EXTRA_ROUNDS = 2  # for lines that were disturbed


class Failure(Exception):
    """A measurement that cannot be had; the message says why."""


@dataclass(frozen=True)
class Case:
    """One line of the table."""
    name: str
    server: str  # "floor" or "bridge"
    batch: int = 1  # events a stream message; frames a send of the floor
    in_flight: int = 64
    rate: int = 0  # batches a second; 0: as in_flight allows
    io_threads: int = 2
    subscribers: int = 0  # 0: as many as asked for
    topics: int = 1
    sleepers: bool = False  # subscribers sleep although the server has a processor for itself
    work_ns: int = 0  # what the floor uses up before each send
    floor: str = ""  # the case that this one is compared with

    def alone(self):
        """A server of one thread has a processor for itself, so that each run finds the same neighbours."""
        return self.io_threads == 1 and len(os.sched_getaffinity(0)) > 1

    def server_cpus(self):
        cpus = os.sched_getaffinity(0)
        return {min(cpus)} if self.alone() else cpus

    def client_cpus(self):
        cpus = os.sched_getaffinity(0)
        return cpus - {min(cpus)} if self.alone() else cpus

    def spin(self):
        """Whether subscribers never sleep, so that no send pays for waking them up."""
        return self.alone() and self.rate == 0 and not self.sleepers


CASES = [
    Case("floor, 1 frame a send", "floor", io_threads=1, in_flight=1),
    Case("bridge, 1 frame a send, 1 thread", "bridge", in_flight=1, io_threads=1, floor="floor, 1 frame a send"),
    Case("floor, 1 frame a send, sleepers", "floor", io_threads=1, in_flight=1, sleepers=True),
    Case("floor that works 0.6 µs a send, sleepers", "floor", io_threads=1, in_flight=1, sleepers=True, work_ns=600,
         floor="floor, 1 frame a send, sleepers"),
    Case("bridge, 1 frame a send, 1 thread, sleepers", "bridge", in_flight=1, io_threads=1, sleepers=True,
         floor="floor, 1 frame a send, sleepers"),
    Case("bridge, 1 frame a send", "bridge", in_flight=1, floor="floor, 1 frame a send, sleepers"),
    Case("floor, 16 frames a send", "floor", io_threads=1, batch=16),
    Case("bridge, single events", "bridge"),
    Case("floor, 64 frames a send", "floor", io_threads=1, batch=64, in_flight=64),
    Case("bridge, batches of 64, 1 thread", "bridge", batch=64, io_threads=1, floor="floor, 64 frames a send"),
    Case("bridge, batches of 64", "bridge", batch=64, floor="floor, 64 frames a send"),
    Case("floor, 100 events/s", "floor", io_threads=1, rate=100),
    Case("bridge, 100 events/s", "bridge", rate=100, floor="floor, 100 events/s"),
    Case("bridge, 1,000 topics, single events", "bridge", topics=1000),
    Case("bridge, 1,000 topics, batches of 64", "bridge", batch=64, in_flight=1024, topics=1000),
    Case("bridge, 1 subscriber, batches of 64", "bridge", batch=64, in_flight=1024, subscribers=1),
]


class Processes:
    """The children of one measurement, in the order in which they were started."""

    def __init__(self):
        self._children = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(self._children):
            if child.stdin:
                child.stdin.close()
            if child.poll() is None:
                child.terminate()
        for child in reversed(self._children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout:
                child.stdout.close()

    def start(self, *command, cpus, fds=()):
        # A process group of its own: Ctrl-C reaches this script alone, which then ends its children by their ids.
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 pass_fds=fds, process_group=0,
                                 preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        child.name = Path(command[0]).name
        self._children.append(child)
        return child

    def read_line(self, child):
        """The child's next line. It writes whole lines and flushes them. One that failed ends the wait for any other."""
        deadline = time.monotonic() + PATIENCE
        while not select.select([child.stdout], [], [], 0.2)[0]:
            for other in self._children:
                if other.poll():
                    raise Failure(f"{other.name} failed with status {other.returncode}: the lines above say why")
            if time.monotonic() > deadline:
                raise Failure(f"{child.name} said nothing for {PATIENCE} seconds")
        line = child.stdout.readline().decode().strip()
        if not line:
            raise Failure(f"{child.name} ended: the lines above say why")
        return line

    def await_end(self, child):
        if child.wait(PATIENCE) != 0:
            raise Failure(f"{child.name} failed with status {child.returncode}: the lines above say why")


class Bench:
    def __init__(self, options):
        self.options = options
        self.tools = options.tools

    # ---- Servers

    def start_bridge(self, processes, case, subscribers):
        bridge = processes.start(
            self.options.bridge, "--http-listen", "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0", "--log-level", "warning",
            "--io-threads", case.io_threads, "--max-connections", subscribers + 100, cpus=case.server_cpus())
        ready = re.fullmatch(r"spanwire-bridge ready http=\S+:(\d+) grpc=(\S+)", processes.read_line(bridge))
        if not ready:
            raise Failure("the bridge did not print its ready line")
        return bridge, ready[1], ready[2]

    def start_floor(self, processes, case, progress):
        floor = processes.start(self.tools / "floor", "--progress-fd", progress, "--subscribers",
                                self.options.subscribers, "--frames", case.batch, "--in-flight", case.in_flight,
                                "--rate", case.rate, "--work-ns", case.work_ns, cpus=case.server_cpus(),
                                fds=(progress,))
        return floor, processes.read_line(floor).rpartition(":")[2]

    def start_subscribers(self, processes, case, server, port, progress, count):
        subscribers = processes.start(
            self.tools / "fanout_load", "--port", port, "--server-pid", server.pid, "--progress-fd", progress,
            "--subscribers", count, "--topics", case.topics, "--window", self.options.window,
            *["--spin"] * case.spin(), cpus=case.client_cpus(), fds=(progress,))
        processes.read_line(subscribers)
        return subscribers

    # ---- Measurements

    def fan_out(self, case):
        progress = os.memfd_create("bench-progress")
        try:
            with Processes() as processes:
                return self._fan_out(case, progress, processes)
        finally:
            os.close(progress)

    def _fan_out(self, case, progress, processes):
        count = case.subscribers or self.options.subscribers
        publisher = None
        if case.server == "floor":
            server, port = self.start_floor(processes, case, progress)
            subscribers = self.start_subscribers(processes, case, server, port, progress, count)
        else:
            server, port, grpc = self.start_bridge(processes, case, count)
            subscribers = self.start_subscribers(processes, case, server, port, progress, count)
            publisher = processes.start(self.tools / "publish_load", "--server", grpc, "--progress-fd", progress,
                                        "--batch", case.batch, "--in-flight", case.in_flight, "--rate", case.rate,
                                        "--topics", case.topics, cpus=case.client_cpus(), fds=(progress,))
        report = json.loads(processes.read_line(subscribers))
        processes.await_end(subscribers)
        if publisher:
            processes.await_end(publisher)
        return derive(report)

    def idle(self):
        """Bytes of the bridge's own memory for each subscribed connection that does nothing."""
        case = Case("idle", "bridge")
        count = self.options.idle_connections
        progress = os.memfd_create("bench-progress")
        try:
            with Processes() as processes:
                bridge, port, _ = self.start_bridge(processes, case, count)
                before = own_memory(bridge.pid)
                begin = time.monotonic()
                self.start_subscribers(processes, case, bridge, port, progress, count)
                seconds = time.monotonic() - begin
                time.sleep(1)  # whatever is still being freed after the handshakes
                after = own_memory(bridge.pid)
        finally:
            os.close(progress)
        return {"connections": count, "memory_before": before, "memory_after": after, "connect_s": round(seconds, 2),
                "bytes_each": round((after - before) / count)}

    def run(self, cases):
        runs = {case.name: [] for case in cases}
        for number in range(1, self.options.rounds + EXTRA_ROUNDS + 1):
            for case in cases:
                if number > self.options.rounds and len(quiet(runs[case.name])) >= self.options.rounds:
                    continue
                say(f"round {number} of {self.options.rounds}: {case.name}")
                runs[case.name].append(self.fan_out(case))
        return {name: summary(reports) for name, reports in runs.items()}, runs


def quiet(reports):
    return [report for report in reports if report["foreign"] <= QUIET]


def summary(reports):
    """The median of the undisturbed runs; of all where there are none, which `quiet_runs` then says."""
    chosen = quiet(reports) or reports
    return {key: statistics.median(report[key] for report in chosen) for key in reports[0]} | {
        "quiet_runs": len(quiet(reports))}


def derive(report):
    deliveries = report["deliveries"]
    if deliveries == 0:
        raise Failure("nothing was delivered in the window")
    cpu = report["server_user_s"] + report["server_system_s"]
    ours = cpu + report["publisher_cpu_s"] + report["subscriber_cpu_s"]
    window = report["window_s"]
    return report | {
        "deliveries_per_s": deliveries / window,
        "server_us": cpu / deliveries * 1e6,
        "server_user_us": report["server_user_s"] / deliveries * 1e6,
        "server_cores": cpu / window,
        "sleeps_per_delivery": report["subscriber_sleeps"] / deliveries,
        # What others used of the machine while this was measured.
        "foreign": max(0.0, (report["machine_cpu_s"] - ours) / (window * os.cpu_count())),
    }


def own_memory(pid):
    """PSS of the anonymous memory. Code counts less the more processes share it, which is nothing to do with ours."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss_Anon:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def machine():
    model = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {"processor": model[1] if model else platform.machine(), "processors": os.cpu_count(),
            "kernel": platform.release(), "date": datetime.date.today().isoformat()}


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def table(cases, medians):
    """A Markdown table, as docs/performance.md holds it."""
    lines = ["| | deliveries/s | server µs each (user) | of the floor | p50 / p99 / p99.9 ms | messages a read | sleeps each | quiet runs |",
             "|---|---|---|---|---|---|---|---|"]
    for case in cases:
        m = medians[case.name]
        ratio = f"{m['server_us'] / medians[case.floor]['server_us']:.2f}" if case.floor in medians else ""
        lines.append(
            f"| {case.name} | {m['deliveries_per_s']:,.0f} | {m['server_us']:.2f} ({m['server_user_us']:.2f}) | {ratio} "
            f"| {m['p50_ms']:.1f} / {m['p99_ms']:.1f} / {m['p999_ms']:.1f} | {m['messages_per_read']:.1f} "
            f"| {m['sleeps_per_delivery']:.2f} | {m['quiet_runs'] or 'none'} |")
    return "\n".join(lines)


def parse():
    build = ROOT / "build" / "bench"
    parser = argparse.ArgumentParser(description="Measures the bridge beside the floor.")
    parser.add_argument("--tools", type=Path, default=build / "bin", help="folder of the load tools")
    parser.add_argument("--bridge", type=Path, default=build / "bin" / "spanwire-bridge", help="the bridge to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=2, help="seconds that each measurement counts")
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--idle-connections", type=int, default=10000, help="0: leave that out")
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases whose name contains TEXT")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "bench-results.json")
    return parser.parse_args()


def main():
    options = parse()
    bench = Bench(options)
    cases = [case for case in CASES if options.only in case.name]
    medians, runs = bench.run(cases)
    if cases:
        print(table(cases, medians))
    results = {"machine": machine(), "subscribers": options.subscribers, "rounds": options.rounds,
               "median": medians, "runs": runs}
    if options.idle_connections > 0:
        say(f"{options.idle_connections} idle connections")
        idle = results["idle"] = bench.idle()
        print(f"\nidle: {idle['bytes_each']:,} bytes of the bridge's memory for each of {idle['connections']:,} "
              f"subscribed connections")
    options.results.parent.mkdir(parents=True, exist_ok=True)
    options.results.write_text(json.dumps(results, indent=1) + "\n")
    say(f"all figures: {options.results}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (Failure, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"bench: {error}")
