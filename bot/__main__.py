"""`python -m bot` is the same as `hotdash`."""

from bot.cli import main

main()
