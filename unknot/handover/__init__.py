"""What a person takes to a clinician: one page as PDF, FHIR document or JSON, the chart, a calendar, a QR code."""
