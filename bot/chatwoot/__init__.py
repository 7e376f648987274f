"""Chatwoot as a neighbour: what it sends, what it can be asked, and a stand-in for trying and testing."""
