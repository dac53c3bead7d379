"""Tasks a second of Celery: prefork workers that acknowledge late, Redis as broker and for results. Usage: celery_noop.py TASKS WORKERS"""
import os
import socket
import subprocess
import sys
import time

from celery import Celery
from celery.result import ResultSet

PORT = "NOOP_REDIS_PORT"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


os.environ.setdefault(PORT, free_port())
URL = f"redis://127.0.0.1:{os.environ[PORT]}/0"
app = Celery("celery_noop", broker=URL, backend=URL)
app.conf.update(task_acks_late=True, broker_connection_retry_on_startup=True)


@app.task(name="noop")
def noop(number):
    return number


def main(tasks, workers):
    folder = os.path.dirname(os.path.abspath(__file__))
    redis = subprocess.Popen(
        ["redis-server", "--port", os.environ[PORT], "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL)
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_noop", "worker", "--pool=prefork", f"--concurrency={workers}", "--loglevel=ERROR"],
        cwd=folder, stdout=subprocess.DEVNULL)
    try:
        for _ in range(60):
            try:
                if app.control.ping(timeout=1):
                    break
            except OSError:
                time.sleep(0.5)
        ResultSet([noop.delay(i) for i in range(100)]).get(timeout=60)
        start = time.monotonic()
        results = ResultSet([noop.delay(i) for i in range(tasks)]).get(timeout=600)
        elapsed = time.monotonic() - start
        assert sorted(results) == list(range(tasks))
        print(f"{tasks / elapsed:,.0f}")
    finally:
        worker.terminate()
        worker.wait()
        redis.terminate()
        redis.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
