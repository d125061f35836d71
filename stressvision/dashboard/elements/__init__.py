"""Elements that several pages share: the date field, filters in the address, and addresses for other machines."""
