"""Reports as documents: values of a report in, HTML or PDF out. No computation and no queries."""
