"""Every read and write: the record of the service in Postgres, and the embedded server for it."""
