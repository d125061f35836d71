"""Sistema: services, repairs, disks, backups and logs; Primeros pasos."""
