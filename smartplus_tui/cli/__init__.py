"""The command line: everything the screens do, for scripts, cron and those who cannot use a full-screen app."""
