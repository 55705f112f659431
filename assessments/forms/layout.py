"""How fields are laid out, for crispy forms."""

from crispy_forms.layout import Column, Row


def side_by_side(*fields: str) -> Row:
    """The fields two in a line where there is room, else below one another."""
    return Row(*(Column(field, css_class="col-md-6") for field in fields))
