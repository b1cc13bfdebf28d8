"""What the benchmarks need of the backend, each in a process of its own: `python -m backend.bench`."""
