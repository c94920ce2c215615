"""What the server tells the application about a request, beside the request."""

ARRIVED = "kyphoplasty_cds.arrived"  # in the WSGI environment: monotonic time at which the request was whole
