"""The inbox: alerts in lines, filters in the address, one alert in a drawer, and the decisions."""
