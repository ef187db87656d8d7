"""``python -m dnnrun`` is the ``dnnrun`` command."""

from dnnrun.cli.app import main

if __name__ == "__main__":
    main()
