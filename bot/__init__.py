"""The hall: hears Chatwoot, carries each message through the rooms, keeps the record, shows it to people."""
