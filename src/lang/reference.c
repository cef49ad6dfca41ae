/* What a traversal refers to. The first name decides; a table says what must follow it. */
#include "pipectl/lang/reference.h"

#include "pipectl/lang/function.h"

static bool fail_reference(Range range, Diags *diags, const char *detail)
{
    diag_error(diags, range, "Invalid reference", "%s", detail);
    return false;
}

static bool attribute_at(const Traversal *traversal, size_t at, Text *ret_name)
{
    if (at >= traversal->count || traversal->steps[at].is_index)
        return false;
    *ret_name = traversal->steps[at].name;
    return true;
}

/* The range from the root through step [count]. */
static Range range_of_steps(const Traversal *traversal, size_t count)
{
    if (count == 0)
        return traversal->root_range;
    return range_between(traversal->root_range, traversal->steps[count - 1].range);
}

/* A constant key right after a name. Other keys (a bool, a fraction) are left for the evaluation to
   refuse. */
static InstanceKey key_at(const Traversal *traversal, size_t at)
{
    const TraversalStep *step = at < traversal->count ? &traversal->steps[at] : NULL;
    int64_t integer;

    if (!step || !step->is_index || step->key.state != VALUE_KNOWN)
        return KEY_OF_NONE;
    if (value_has_kind(step->key, TYPE_STRING))
        return key_of_text(value_text(step->key));
    if (value_has_kind(step->key, TYPE_NUMBER) &&
        number_to_int(value_to_number(step->key), &integer))
        return key_of_integer(integer);
    return KEY_OF_NONE;
}

/* --- one name after the first: var.x, local.x, each.x, count.x, path.x, terraform.x ---------- */

static const struct {
    const char *root;
    ReferenceKind kind;
    bool refuses_index; /* local["x"] is said to be a local without a name, as in Terraform */
} simple_roots[] = {
    { "var", REFERENCE_VARIABLE, true },  { "local", REFERENCE_LOCAL, false },
    { "each", REFERENCE_EACH, false },    { "count", REFERENCE_COUNT, false },
    { "path", REFERENCE_PATH, false },    { "terraform", REFERENCE_TERRAFORM, false },
};

static bool simple_reference(const Traversal *traversal, ReferenceKind kind, bool refuses_index,
                             Reference *reference, Diags *diags)
{
    reference->kind = kind;
    if (attribute_at(traversal, 0, &reference->name)) {
        reference->used = 1;
        return true;
    }
    if (traversal->count > 0 && refuses_index) {
        diag_error(diags, traversal->steps[0].range, "Invalid reference",
                   "The \"" TEXT_FMT "\" object does not support this operation.",
                   TEXT(traversal->root));
        return false;
    }
    if (traversal->count == 0 && (kind == REFERENCE_VARIABLE || kind == REFERENCE_LOCAL)) {
        diag_error(diags, traversal->range, "Invalid reference",
                   "The \"" TEXT_FMT
                   "\" object cannot be accessed directly. Instead, access one of its attributes.",
                   TEXT(traversal->root));
        return false;
    }
    /* Whoever knows the attributes says that there is none of an empty name. */
    reference->used = traversal->count ? 1 : 0;
    return true;
}

/* --- module ---------------------------------------------------------------------------------- */

static bool module_reference(const Traversal *traversal, Reference *reference, Diags *diags)
{
    reference->kind = REFERENCE_MODULE;
    if (!attribute_at(traversal, 0, &reference->name))
        return fail_reference(
            range_of_steps(traversal, traversal->count ? 1 : 0), diags,
            "The \"module\" object cannot be accessed directly. Instead, access one of its "
            "attributes.");
    reference->used = 1;
    reference->key = key_at(traversal, 1);
    reference->used += reference->key.kind != KEY_NONE;
    if (attribute_at(traversal, reference->used, &reference->output))
        reference->used++;
    return true;
}

/* --- resources ------------------------------------------------------------------------------- */

/* type "." name key?, the type being the name before step [at]. */
static bool resource_reference(const Traversal *traversal, size_t at, Reference *reference,
                               Diags *diags)
{
    if (!attribute_at(traversal, at, &reference->name))
        return fail_reference(
            range_of_steps(traversal, at), diags,
            reference->mode == MODE_DATA
                ? "The \"data\" object must be followed by two attribute names: the data source "
                  "type and the resource name."
                : "A reference to a resource type must be followed by at least one attribute "
                  "access, specifying the resource name.");
    reference->kind = REFERENCE_RESOURCE;
    reference->key = key_at(traversal, at + 1);
    reference->used = at + 1 + (reference->key.kind != KEY_NONE);
    return true;
}

static bool resource_root(const Traversal *traversal, const char *detail, Reference *reference,
                          Diags *diags)
{
    if (!attribute_at(traversal, 0, &reference->type))
        return fail_reference(traversal->root_range, diags, detail);
    return resource_reference(traversal, 1, reference, diags);
}

/* --- the whole ------------------------------------------------------------------------------- */

static bool read_reference(const Traversal *traversal, Reference *reference, Diags *diags)
{
    Text root = traversal->root;

    for (size_t i = 0; i < sizeof simple_roots / sizeof *simple_roots; i++)
        if (text_is(root, simple_roots[i].root))
            return simple_reference(traversal, simple_roots[i].kind, simple_roots[i].refuses_index,
                                    reference, diags);
    if (text_is(root, "self")) {
        reference->kind = REFERENCE_SELF;
        return true;
    }
    if (text_is(root, "module"))
        return module_reference(traversal, reference, diags);
    if (text_is(root, "data")) {
        reference->mode = MODE_DATA;
        return resource_root(
            traversal,
            "The \"data\" object must be followed by two attribute names: the data source type and "
            "the resource name.",
            reference, diags);
    }
    if (text_is(root, "resource"))
        return resource_root(traversal,
                             "The \"resource\" object must be followed by two attribute names: the "
                             "resource type and "
                             "the resource name.",
                             reference, diags);
    if (text_is(root, "template") || text_is(root, "lazy") || text_is(root, "arg"))
        return fail_reference(traversal->root_range, diags,
                              "This name is reserved for use in a future version.");
    reference->type = root;
    return resource_reference(traversal, 0, reference, diags);
}

bool reference_of(const Traversal *traversal, Reference *ret_reference, Diags *diags)
{
    Reference reference = { .key = KEY_OF_NONE };

    if (!read_reference(traversal, &reference, diags))
        return false;
    reference.range = range_of_steps(traversal, reference.used);
    *ret_reference = reference;
    return true;
}
