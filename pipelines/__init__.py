"""How it runs: definitions, sensors, jobs, schedules, run launcher, services, command line. The top room; nothing imports it."""
