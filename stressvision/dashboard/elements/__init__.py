"""Elements that several pages share: the date field, and addresses for other machines."""
