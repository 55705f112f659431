"""What the database itself refuses of lessons and their actions."""

import pgtrigger

FOUR_EYES = pgtrigger.Trigger(
    name="four_eyes",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__endorsed_by__isnull=False),
    func="""
        IF NEW.endorsed_by_id = ANY (NEW.author_ids) THEN
            RAISE EXCEPTION 'Four eyes: an author of a lesson cannot endorse it.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)
JOINT_IS_FIXED = pgtrigger.Trigger(
    name="joint_is_fixed",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__joint__df=pgtrigger.F("new__joint")),
    func="""
        IF OLD.state <> 'observation' OR NEW.state <> 'observation' THEN
            RAISE EXCEPTION 'Whether a lesson needs both organisations is part of what is endorsed.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)
# One-sided completion is not learned: of a joint lesson both organisations have to be there.
ONLY_AS_FAR_AS_ITS_ACTIONS = pgtrigger.Trigger(
    name="only_as_far_as_its_actions",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__state__in=["implemented", "validated"]),
    declare=[("reached", "text[]")],
    func="""
        reached := CASE NEW.state WHEN 'validated' THEN ARRAY['validated']
            ELSE ARRAY['implemented', 'validated'] END;
        IF EXISTS (
            SELECT 1 FROM assessments_lessonaction a
            WHERE a.lesson_id = NEW.id AND a.round = NEW.round AND a.state <> 'declined'
                AND NOT a.state = ANY (reached)
        ) OR (
            SELECT count(DISTINCT a.organisation_id) FROM assessments_lessonaction a
            WHERE a.lesson_id = NEW.id AND a.round = NEW.round AND a.state = ANY (reached)
        ) < (CASE WHEN NEW.joint THEN 2 ELSE 1 END) THEN
            RAISE EXCEPTION 'A lesson is implemented or learned only when all its actions are.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)
OF_THE_DYAD = pgtrigger.Trigger(
    name="of_the_dyad",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM assessments_lesson l JOIN organisations_dyad d ON d.id = l.dyad_id
            WHERE l.id = NEW.lesson_id AND NEW.organisation_id IN (d.first_id, d.second_id)
        ) THEN
            RAISE EXCEPTION 'An action is for one of the two organisations of the dyad.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)
VALIDATED_BY_SOMEBODY_ELSE = pgtrigger.Trigger(
    name="validated_by_somebody_else",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__validated_by__isnull=False),
    func="""
        IF NEW.validated_by_id IN (NEW.owner_id, NEW.implemented_by_id) OR EXISTS (
            SELECT 1 FROM assessments_actionnote n
            WHERE n.action_id = NEW.id AND n.author_id = NEW.validated_by_id
                AND NOT n.sends_back
        ) THEN
            RAISE EXCEPTION 'Four eyes: whoever implements an action cannot validate it.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)
VALIDATED_IS_FIXED = pgtrigger.Protect(
    name="validated_is_fixed",
    operation=pgtrigger.Update | pgtrigger.Delete,
    condition=pgtrigger.Q(old__state="validated"),
)
