"""The firewall: nothing of what a student did may reach what is said of what a student knows."""
