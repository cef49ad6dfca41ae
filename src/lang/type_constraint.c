/* Type constraints, read from expressions: string, list(any), object({ a = optional(string, "x")
   }). */
#include "eval.h"

struct TypeDefaults {
    const Type *type;
    const TypeDefaults *element;         /* of a collection's elements; NULL: none */
    const TypeDefaults *const
        *children;       /* of a tuple's elements and an object's attributes; entries may be NULL */
    const Value *values; /* an object's attributes' own defaults; without a type: none */
};

/* What is read of a constraint. */
typedef struct Constraint {
    const Type *type; /* NULL: it was none, which is reported */
    const TypeDefaults *defaults;
} Constraint;

typedef struct TypeReader {
    Arena *arena;
    Diags *diags;
} TypeReader;

static Constraint read_type(TypeReader *reader, const Expr *expr);

__attribute__((format(printf, 3, 4))) static Constraint fail_type(TypeReader *reader, Range range,
                                                                  const char *format, ...)
{
    va_list arguments;
    Text detail;

    va_start(arguments, format);
    detail = text_format_list(reader->arena, format, arguments);
    va_end(arguments);
    diag_error(reader->diags, range, "Invalid type specification", TEXT_FMT, TEXT(detail));
    return (Constraint){ 0 };
}

/* --- keywords ------------------------------------------------------------------------------- */

static const char *what_it_takes(Text name)
{
    if (text_is(name, "list") || text_is(name, "set") || text_is(name, "map"))
        return "the type of its elements";
    if (text_is(name, "object"))
        return "an object of its attributes' names and types";
    return text_is(name, "tuple") ? "a list of its elements' types" : NULL;
}

static const Type *primitive(Text name)
{
    if (text_is(name, "string"))
        return type_string;
    if (text_is(name, "number"))
        return type_number;
    if (text_is(name, "bool"))
        return type_bool;
    return text_is(name, "any") ? type_dynamic : NULL;
}

static Constraint read_keyword(TypeReader *reader, Text keyword, Range range)
{
    if (primitive(keyword))
        return (Constraint){ .type = primitive(keyword) };
    if (what_it_takes(keyword))
        return fail_type(reader, range, "The %.*s type takes one argument: %s.", TEXT(keyword),
                         what_it_takes(keyword));
    return fail_type(reader, range,
                     "The keyword \"" TEXT_FMT "\" is not a valid type specification.",
                     TEXT(keyword));
}

/* --- collections and tuples ----------------------------------------------------------------- */

static Constraint read_collection(TypeReader *reader, Text name, const Expr *argument)
{
    Constraint element = read_type(reader, argument), result = { 0 };

    if (!element.type)
        return result;
    if (text_is(name, "list"))
        result.type = type_list(element.type);
    else if (text_is(name, "set"))
        result.type = type_set(element.type);
    else
        result.type = type_map(element.type);
    if (element.defaults) {
        TypeDefaults *defaults = arena_new(reader->arena, TypeDefaults);

        defaults->type = result.type;
        defaults->element = element.defaults;
        result.defaults = defaults;
    }
    return result;
}

static Constraint read_tuple(TypeReader *reader, const Expr *argument)
{
    const Expr *const *elements;
    const Type **types;
    const TypeDefaults **children;
    Constraint result = { 0 };
    size_t count;
    bool ok = true, any = false;

    if (!expr_elements(argument, &elements, &count))
        return fail_type(reader, expr_range(argument),
                         "A tuple type takes a list of its elements' types.");
    types = arena_array(reader->arena, const Type *, count);
    children = arena_array(reader->arena, const TypeDefaults *, count);
    for (size_t i = 0; i < count; i++) {
        Constraint element = read_type(reader, elements[i]);

        types[i] = element.type;
        children[i] = element.defaults;
        ok &= element.type != NULL;
        any |= element.defaults != NULL;
    }
    if (ok)
        result.type = type_tuple(types, count);
    if (ok && any) {
        TypeDefaults *defaults = arena_new(reader->arena, TypeDefaults);

        *defaults = (TypeDefaults){ .type = result.type, .children = children };
        result.defaults = defaults;
    }
    return result;
}

/* --- objects -------------------------------------------------------------------------------- */

/* An object constraint as its attributes are read. */
typedef struct ObjectReader {
    Text *names;
    const Type **types;
    bool *optional;
    const TypeDefaults **children;
    Value *values;
    size_t count;
    bool ok;
} ObjectReader;

/* The default in optional(type, default), converted to the attribute's type. */
static Value read_default(TypeReader *reader, const Expr *expr, Constraint attribute)
{
    Value value = expr_evaluate(expr, NULL, reader->arena, reader->diags);
    Text why;

    if (!attribute.type || value.state == VALUE_UNKNOWN)
        return (Value){ 0 };
    /* The attribute's own defaults make the value whole before it has to fit. */
    if (value_convert(reader->arena, type_apply_defaults(reader->arena, attribute.defaults, value),
                      attribute.type, &value, &why))
        return value;
    diag_error(
        reader->diags, expr_range(expr), "Invalid default value for optional attribute",
        "This default value is not compatible with the attribute's type constraint: " TEXT_FMT ".",
        TEXT(why));
    return (Value){ 0 };
}

/* attribute = type | "optional" "(" type ("," default)? ")" */
static void read_attribute(TypeReader *reader, ObjectReader *object, const Expr *expr)
{
    size_t at = object->count, count = 0;
    const Expr *const *arguments = &expr;
    const Expr *default_expr = NULL;
    Constraint attribute;
    Text name;

    if (expr_call(expr, &name, &arguments, &count) && text_is(name, "optional")) {
        if (count == 0 || count > 2) {
            fail_type(reader, expr_range(expr),
                      "The optional(...) modifier takes an attribute's type, and perhaps a "
                      "default value.");
            object->ok = false;
            return;
        }
        object->optional[at] = true;
        default_expr = count == 2 ? arguments[1] : NULL;
        expr = arguments[0];
    }
    attribute = read_type(reader, expr);
    object->types[at] = attribute.type;
    object->children[at] = attribute.defaults;
    object->ok &= attribute.type != NULL;
    if (default_expr)
        object->values[at] = read_default(reader, default_expr, attribute);
}

/* Type attributes are sorted by name, and the defaults stand beside them. */
static const TypeDefaults *object_defaults(TypeReader *reader, const ObjectReader *object,
                                           const Type *type)
{
    const TypeDefaults **children = arena_array(reader->arena, const TypeDefaults *, type->count);
    Value *values = arena_array(reader->arena, Value, type->count);
    TypeDefaults *defaults = arena_new(reader->arena, TypeDefaults);
    bool any = false;

    for (size_t i = 0; i < object->count; i++) {
        size_t at = (size_t)type_attribute_index(type, object->names[i]);

        children[at] = object->children[i];
        values[at] = object->values[i];
        any |= children[at] || values[at].type;
    }
    *defaults = (TypeDefaults){ .type = type, .children = children, .values = values };
    return any ? defaults : NULL;
}

static bool has_name(const ObjectReader *object, Text name)
{
    for (size_t i = 0; i < object->count; i++)
        if (text_equal(object->names[i], name))
            return true;
    return false;
}

static Constraint read_object(TypeReader *reader, const Expr *argument)
{
    const Expr *const *keys, *const *values;
    size_t count;
    Constraint result = { 0 };
    ObjectReader object = { .ok = true };

    if (!expr_items(argument, &keys, &values, &count))
        return fail_type(reader, expr_range(argument),
                         "An object type takes an object whose keys are attribute names "
                         "and whose values are the attributes' types.");
    object.names = arena_array(reader->arena, Text, count);
    object.types = arena_array(reader->arena, const Type *, count);
    object.optional = arena_array(reader->arena, bool, count);
    object.children = arena_array(reader->arena, const TypeDefaults *, count);
    object.values = arena_array(reader->arena, Value, count);
    for (size_t i = 0; i < count; i++) {
        object.names[object.count] = expr_keyword(keys[i]);
        if (has_name(&object, object.names[object.count])) {
            fail_type(reader, expr_range(keys[i]), "An object type names each attribute once.");
            object.ok = false;
        } else if (object.names[object.count].length) {
            read_attribute(reader, &object, values[i]);
            object.count++;
        } else {
            fail_type(reader, expr_range(keys[i]),
                      "The keys of an object type are attribute names.");
            object.ok = false;
        }
    }
    if (!object.ok)
        return result;
    result.type = type_object(object.names, object.types, object.optional, object.count);
    result.defaults = object_defaults(reader, &object, result.type);
    return result;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* type = keyword | constructor "(" argument ")" */
static Constraint read_type(TypeReader *reader, const Expr *expr)
{
    Text keyword = expr_keyword(expr), name;
    const Expr *const *arguments;
    size_t count;

    if (keyword.length)
        return read_keyword(reader, keyword, expr_range(expr));
    if (!expr_call(expr, &name, &arguments, &count))
        return fail_type(reader, expr_range(expr),
                         "A type is one of the words string, number, bool and any, or a "
                         "constructor such as list(string).");
    if (primitive(name))
        return fail_type(reader, expr_range(expr), "The type \"" TEXT_FMT "\" takes no arguments.",
                         TEXT(name));
    if (text_is(name, "optional"))
        return fail_type(reader, expr_range(expr),
                         "Only the attributes of an object type can be optional(...).");
    if (!what_it_takes(name))
        return fail_type(reader, expr_range(expr),
                         "Keyword \"" TEXT_FMT "\" is not a valid type constructor.", TEXT(name));
    if (count != 1)
        return read_keyword(reader, name, expr_range(expr));
    if (text_is(name, "object"))
        return read_object(reader, arguments[0]);
    return text_is(name, "tuple") ? read_tuple(reader, arguments[0])
                                  : read_collection(reader, name, arguments[0]);
}

bool expr_type_constraint(const Expr *expr, Arena *arena, const Type **ret_type,
                          const TypeDefaults **ret_defaults, Diags *diags)
{
    TypeReader reader = { arena, diags };
    size_t errors = diags->error_count;
    Constraint constraint = read_type(&reader, expr);

    if (!constraint.type || diags->error_count > errors)
        return false;
    *ret_type = constraint.type;
    if (ret_defaults)
        *ret_defaults = constraint.defaults;
    return true;
}

/* --- defaults ------------------------------------------------------------------------------- */

static bool is_keyed(Value value)
{
    return value.type->kind == TYPE_MAP || value.type->kind == TYPE_OBJECT;
}

static const TypeDefaults *child_defaults(const TypeDefaults *defaults, Value value, size_t index)
{
    const Type *type = defaults->type;
    long at = (long)index;

    if (type_is_collection(type))
        return defaults->element;
    if (type->kind == TYPE_OBJECT)
        at = is_keyed(value) ? type_attribute_index(type, value.as.items->keys[index]) : -1;
    return at >= 0 && (size_t)at < type->count ? defaults->children[at] : NULL;
}

static void add_missing(ValueBuilder *builder, const TypeDefaults *defaults, Value value)
{
    if (defaults->type->kind != TYPE_OBJECT)
        return;
    for (size_t i = 0; i < defaults->type->count; i++) {
        Value given;

        if (!defaults->values[i].type ||
            (value_member(value, defaults->type->names[i], &given) && given.state != VALUE_NULL))
            continue;
        value_builder_put(
            builder, defaults->type->names[i],
            type_apply_defaults(builder->arena, defaults->children[i], defaults->values[i]));
    }
}

static bool have_one_type(const ValueBuilder *builder)
{
    for (size_t i = 1; i < builder->values.count; i++)
        if (builder->values.items[i].type != builder->values.items[0].type)
            return false;
    return builder->values.count > 0;
}

static Value built_like(ValueBuilder *builder, Value value)
{
    bool one_type = have_one_type(builder);
    const Type *element = one_type ? builder->values.items[0].type : NULL;

    if (value.type->kind == TYPE_MAP && one_type)
        return value_built_map(builder, element);
    if (is_keyed(value))
        return value_built_object(builder);
    if (value.type->kind == TYPE_LIST && one_type)
        return value_built_list(builder, element);
    if (value.type->kind == TYPE_SET && one_type)
        return value_built_set(builder, element);
    return value_built_tuple(builder);
}

Value type_apply_defaults(Arena *arena, const TypeDefaults *defaults, Value value)
{
    ValueBuilder builder = value_builder(arena);
    uint8_t marks;

    if (!defaults || value.state != VALUE_KNOWN || type_is_primitive(value.type))
        return value;
    marks = take_marks(&value);
    for (size_t i = 0; i < value_count(value); i++) {
        Value element =
            type_apply_defaults(arena, child_defaults(defaults, value, i), value_at(value, i));

        if (is_keyed(value))
            value_builder_put(&builder, value.as.items->keys[i], element);
        else
            value_builder_add(&builder, element);
    }
    if (is_keyed(value))
        add_missing(&builder, defaults, value);
    if (value_count(value) == 0 && builder.values.count == 0)
        return value_marked(value, marks);
    return value_marked(built_like(&builder, value), marks);
}
