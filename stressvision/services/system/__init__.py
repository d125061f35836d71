"""The installation as its administrator sees it: services, disks, backups and logs."""
