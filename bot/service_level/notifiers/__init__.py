"""Notifiers: one file for each way in which an alert reaches a person. Each is a plugin of its own.

So a mail server that does not answer is rested alone, and the pager still rings.
"""
