"""Files and domain rows: what lists hold written as spreadsheets, and what spreadsheets hold read as rows."""
