"""Tasks a second of Dask: worker processes of one thread each on this machine. Usage: dask_noop.py TASKS WORKERS"""
import sys
import time

from distributed import Client, LocalCluster


def noop(number):
    return number


def main(tasks, workers):
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather(client.map(noop, range(100), pure=False))
        start = time.monotonic()
        results = client.gather(client.map(noop, range(tasks), pure=False))
        elapsed = time.monotonic() - start
        assert results == list(range(tasks))
        print(f"{tasks / elapsed:,.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
