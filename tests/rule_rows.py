"""Rows of the permission table about the rules editor: a draft of the world's framework, with one rule."""

FRAMEWORK = {"code": "small", "version": "1.0"}
RULE = {**FRAMEWORK, "pk": "draft_rule"}
#             anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
READING = "   login   login   away    away    away    away    away    away    away    away    away    200"
WRITING = "   login   login   refused refused refused refused refused refused refused refused refused 422"


def rule_rows(by_admin: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; ``by_admin`` is what only administrators can do."""
    decides = by_admin.replace("404", "refused")
    return [
        ("GET", "assessments:rules", FRAMEWORK, READING, {}),
        ("POST", "assessments:rules", FRAMEWORK, decides, {"do": "publish", "read": "draft_read"}),
        ("POST", "assessments:rules", FRAMEWORK, decides, {"do": "discard"}),
        ("POST", "assessments:rules", FRAMEWORK, decides, {"do": "remove", "rule": "draft_rule"}),
        ("GET", "assessments:add-rule", FRAMEWORK, READING, {}),
        ("POST", "assessments:add-rule", FRAMEWORK, WRITING, {"code": "new"}),
        ("GET", "assessments:edit-rule", RULE, READING, {}),
        ("POST", "assessments:edit-rule", RULE, WRITING, {"code": "new"}),
    ]
