"""``python -m elfdiff``."""

from elfdiff.cli.main import run

if __name__ == "__main__":
    run()
