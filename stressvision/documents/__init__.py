"""Reports on paper: values of a report in, HTML and PDF out. It draws and words; it computes and asks nothing."""
