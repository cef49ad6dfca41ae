/* What count and for_each say, and what they are not allowed to say. */
#include "evaluate.h"

#include "ephemeral.h"

static Repetition repeat_once(Arena *arena)
{
    Repetition once = { REPEAT_ONCE, 1, arena_array(arena, InstanceKey, 1), NULL };

    once.keys[0] = KEY_OF_NONE;
    return once;
}

Repetition repetition_unknown(void)
{
    return (Repetition){ .kind = REPEAT_UNKNOWN };
}

static Repetition repeat_count(Evaluator *evaluator, const Expr *expr, const Scope *scope)
{
    Arena *arena = evaluator->arena;
    Range range = expr_range(expr);
    Value value = expr_evaluate(expr, scope, arena, evaluator->diags);
    Value number;
    Text why;
    int64_t count = 0;

    if (!ephemeral_check_repetition(value, "count", range, evaluator->diags) ||
        (evaluator->validating && !value_is_known(value)))
        return repetition_unknown();
    if (value_is_unknown(value)) {
        diag_error(evaluator->diags, range, "Invalid count argument",
                   "The \"count\" value depends on resource attributes that cannot be determined "
                   "until apply, so it cannot be "
                   "predicted how many instances will be created. To work around this, use the "
                   "-target argument to first apply only "
                   "the resources that the count depends on.");
        return repetition_unknown();
    }
    if (!value_convert(arena, value, type_number, &number, &why)) {
        diag_error(evaluator->diags, range, "Incorrect value type",
                   "Invalid \"count\" value: " TEXT_FMT ".", TEXT(why));
        return repetition_unknown();
    }
    if (value_is_null(number) || !number_to_int(value_to_number(number), &count) || count < 0) {
        diag_error(evaluator->diags, range, "Invalid count argument",
                   "The given \"count\" argument value is unsuitable: %s.",
                   value_is_null(value) ? "it must not be null"
                   : count < 0          ? "it must be greater than or equal to zero"
                                        : "a whole number is required");
        return repetition_unknown();
    }
    Repetition repetition = { REPEAT_COUNT, (size_t)count,
                              arena_array(arena, InstanceKey, (size_t)count), NULL };
    for (size_t i = 0; i < repetition.count; i++)
        repetition.keys[i] = key_of_integer((int64_t)i);
    return repetition;
}

/* What is wrong with a for_each value, or NULL. */
static const char *for_each_mistake(Value value)
{
    TypeKind kind = value.type->kind;

    if (value_has_sensitive(value) && (value_is_sensitive(value) || kind == TYPE_SET))
        return "Sensitive values, or values derived from sensitive values, cannot be used as "
               "for_each arguments: the keys of the instances show them";
    if (value_is_null(value))
        return "it must not be null: give an empty set or map to make no instances";
    if (kind != TYPE_DYNAMIC && kind != TYPE_MAP && kind != TYPE_OBJECT && kind != TYPE_SET)
        return "the \"for_each\" argument must be a map, or set of strings: use toset() for a list "
               "of strings";
    if (value_is_unknown(value))
        return "the keys depend on resource attributes that cannot be determined until apply, so "
               "it cannot be predicted which instances "
               "there will be. Use a map whose keys are known, or the -target argument to first "
               "apply what the keys depend on";
    if (kind == TYPE_SET && value_count(value) > 0 && value.type->element != type_string)
        return "a set must hold strings, since they are the keys of the instances";
    if (kind == TYPE_SET)
        for (size_t i = 0; i < value_count(value); i++)
            if (!value_is_known(value_at(value, i)) || value_is_null(value_at(value, i)))
                return "the set holds values that are null or cannot be determined until apply, "
                       "and they are the keys of the instances";
    return NULL;
}

/* A known set, whose elements are the trouble. */
static bool is_set_of_others(Value value)
{
    return value.type->kind == TYPE_SET && value_is_known(value) && !value_is_null(value) &&
           !value_has_sensitive(value) && value_is_wholly_known(value);
}

static Repetition repeat_each(Evaluator *evaluator, const Expr *expr, const Scope *scope)
{
    Arena *arena = evaluator->arena;
    Value value = expr_evaluate(expr, scope, arena, evaluator->diags);
    const char *mistake;

    if (!ephemeral_check_repetition(value, "for_each", expr_range(expr), evaluator->diags) ||
        (evaluator->validating && !value_is_wholly_known(value) && !value_is_sensitive(value)))
        return repetition_unknown();
    mistake = for_each_mistake(value);
    if (mistake) {
        diag_error(evaluator->diags, expr_range(expr),
                   is_set_of_others(value) ? "Invalid for_each set argument"
                                           : "Invalid for_each argument",
                   "The given \"for_each\" argument value is unsuitable: %s.", mistake);
        return repetition_unknown();
    }
    size_t count = value_count(value);
    Repetition repetition = { REPEAT_EACH, count, arena_array(arena, InstanceKey, count),
                              arena_array(arena, Value, count) };
    for (size_t i = 0; i < count; i++) {
        repetition.values[i] = value_at(value, i);
        repetition.keys[i] = key_of_text(
            value.type->kind == TYPE_SET ? value_text(value_at(value, i)) : value_key_at(value, i));
    }
    return repetition;
}

Repetition repetition_of(Evaluator *evaluator, const Expr *count, const Expr *for_each,
                         const Scope *scope)
{
    if (count)
        return repeat_count(evaluator, count, scope);
    if (for_each)
        return repeat_each(evaluator, for_each, scope);
    return repeat_once(evaluator->arena);
}

Scope evaluate_instance_scope(const Scope *parent, const Repetition *repetition, size_t index,
                              ScopeName *names, Arena *arena)
{
    Scope scope = { .parent = parent, .names = names };
    Value unknown = value_unknown(type_dynamic);

    if (repetition->kind == REPEAT_COUNT || repetition->kind == REPEAT_UNKNOWN) {
        Text key = TEXT_LIT("index");
        Value value = repetition->kind == REPEAT_COUNT ? value_integer((int64_t)index)
                                                       : value_unknown(type_number);

        names[scope.name_count++] =
            (ScopeName){ TEXT_LIT("count"), value_object(arena, &key, &value, 1) };
    }
    if (repetition->kind == REPEAT_EACH || repetition->kind == REPEAT_UNKNOWN) {
        bool known = repetition->kind == REPEAT_EACH;
        Text keys[] = { TEXT_LIT("key"), TEXT_LIT("value") };
        Value values[] = { known ? key_value(repetition->keys[index]) : value_unknown(type_string),
                           known ? repetition->values[index] : unknown };

        names[scope.name_count++] =
            (ScopeName){ TEXT_LIT("each"), value_object(arena, keys, values, 2) };
    }
    return scope;
}
