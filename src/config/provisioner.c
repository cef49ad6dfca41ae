/*
 * provisioner.c: provisioner and connection blocks of a resource.
 *
 * local-exec is the only provisioner there is. Connections say how to reach a machine, which it
 * never does: they are taken, as Terraform takes them there, and their references are checked.
 */
#include "decode.h"

static const AttributeRule provisioner_rules[] = { RULE_LITERAL("when"),
                                                   RULE_LITERAL("on_failure") };
static const BlockRule provisioner_blocks[] = { { .type = TEXT_INIT("connection") },
                                                { .type = TEXT_INIT("lifecycle") },
                                                { .type = TEXT_INIT("_") } };
static const BodySchema provisioner_schema = { provisioner_rules, COUNT_OF(provisioner_rules),
                                               provisioner_blocks, COUNT_OF(provisioner_blocks) };

/* --- keywords -------------------------------------------------------------------------------- */

/* The word that an argument is. In quotes it was written before 0.12. */
static Text keyword(Decoder *decoder, const Expr *expr)
{
    Text word = expr_keyword(expr), text = range_text(expr_range(expr));

    if (word.length > 0 || text.length < 2 || text.bytes[0] != '"')
        return word;
    diag_warning(decoder->diags, expr_range(expr), "Quoted keywords are deprecated",
                 "A keyword stands without quotes. Remove the quotes around it.");
    return text_slice(text, 1, text.length - 1);
}

/* The second of two words? The first is what holds where nothing is said. */
static bool is_second(Decoder *decoder, const Attribute *attribute, const char *first,
                      const char *second)
{
    Text word = attribute ? keyword(decoder, attribute->expr) : TEXT_NONE;
    Text summary;

    if (!attribute || text_is(word, first))
        return false;
    if (text_is(word, second))
        return true;
    summary =
        text_format(decoder->arena, "Invalid \"" TEXT_FMT "\" keyword", TEXT(attribute->name));
    diag_error(decoder->diags, expr_range(attribute->expr), text_cstring(decoder->arena, summary),
               "The \"" TEXT_FMT "\" argument is one of two words without quotes: %s or %s.",
               TEXT(attribute->name), first, second);
    return false;
}

/* --- what is not there ------------------------------------------------------------------------ */

static bool is_one_of(Text word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(word, words[i]))
            return true;
    return false;
}

/* False where it is no local-exec: said why. */
static bool check_type(Decoder *decoder, const Block *block)
{
    static const char *const remote[] = { "file", "remote-exec" };
    static const char *const removed[] = { "chef", "habitat", "puppet", "salt-masterless" };
    Text type = block->labels[0];
    Text summary;

    if (text_is(type, "local-exec"))
        return true;
    if (is_one_of(type, remote, COUNT_OF(remote))) {
        summary =
            text_format(decoder->arena, "Unsupported provisioner \"" TEXT_FMT "\"", TEXT(type));
        diag_error(decoder->diags, block->label_ranges[0], text_cstring(decoder->arena, summary),
                   "The provisioner \"" TEXT_FMT
                   "\" works on a machine over SSH or WinRM, which pipectl does not speak: none of "
                   "its resource types makes a machine. Use \"local-exec\" with a program of your "
                   "own, such as ssh or scp.",
                   TEXT(type));
    } else if (is_one_of(type, removed, COUNT_OF(removed))) {
        summary = text_format(decoder->arena, "The \"" TEXT_FMT "\" provisioner has been removed",
                              TEXT(type));
        diag_error(decoder->diags, block->label_ranges[0], text_cstring(decoder->arena, summary),
                   "Terraform has not had this provisioner since version 0.15.");
    } else {
        diag_error(decoder->diags, block->label_ranges[0], "Unknown provisioner",
                   "There is no provisioner \"" TEXT_FMT
                   "\". pipectl has \"local-exec\", which runs a program on this machine.",
                   TEXT(type));
    }
    return false;
}

/* --- references ------------------------------------------------------------------------------- */

static bool outlives_its_resource(const Reference *reference)
{
    switch (reference->kind) {
    case REFERENCE_SELF:
    case REFERENCE_PATH:
    case REFERENCE_TERRAFORM:
    case REFERENCE_COUNT:
        return true;
    case REFERENCE_EACH:
        return text_is(reference->name, "key");
    default:
        return false;
    }
}

/* What is destroyed may be all that is left of a configuration: nothing else may be asked then. */
static void check_destroy_references(Decoder *decoder, const Body *body)
{
    Diags unheard = diags_make(decoder->arena);
    ReferenceList references = { 0 };

    body_references(body, decoder->arena, &references, &unheard);
    for (size_t i = 0; i < references.count; i++)
        if (!outlives_its_resource(&references.items[i]))
            diag_error(decoder->diags, references.items[i].range,
                       "Invalid reference from destroy provisioner",
                       "Destroy-time provisioners and their connection configurations may only "
                       "reference attributes of the related resource, via 'self', 'count.index', "
                       "or 'each.key'.\n\nReferences to other resources during the destroy phase "
                       "can cause dependency cycles and interact poorly with "
                       "create_before_destroy.");
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* [before]: the one that was seen already; NULL: none. */
static void decode_connection(Decoder *decoder, Resource *resource, const Block *block,
                              const Block *before, const char *whose)
{
    if (before)
        diag_error(decoder->diags, block->range, "Duplicate connection block",
                   "This %s already has a connection block at " TEXT_FMT ".", whose,
                   TEXT(range_place(decoder->arena, before->range)));
    else
        list_add(decoder->arena, &resource->connections, block->body);
}

static void decode_inner_blocks(Decoder *decoder, Resource *resource, const BodyContent *content,
                                bool at_destroy)
{
    const Block *connection = NULL;

    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (!text_is(block->type, "connection")) {
            diag_error(decoder->diags, block->type_range,
                       "Reserved block type name in provisioner block",
                       "The block type name \"" TEXT_FMT
                       "\" is reserved for use by Terraform in a future version.",
                       TEXT(block->type));
            continue;
        }
        decode_connection(decoder, resource, block, connection, "provisioner");
        if (at_destroy && !connection)
            check_destroy_references(decoder, block->body);
        connection = block;
    }
}

static void decode_provisioner(Decoder *decoder, Resource *resource, const Block *block)
{
    Provisioner provisioner = { .type = block->labels[0], .range = block->range };
    BodyContent content;

    if (!check_type(decoder, block))
        return;
    content = body_partial_content(block->body, &provisioner_schema, &provisioner.body,
                                   decoder->arena, decoder->diags);
    provisioner.at_destroy =
        is_second(decoder, content_attribute(&content, "when"), "create", "destroy");
    provisioner.goes_on =
        is_second(decoder, content_attribute(&content, "on_failure"), "fail", "continue");
    if (provisioner.at_destroy)
        check_destroy_references(decoder, provisioner.body);
    decode_inner_blocks(decoder, resource, &content, provisioner.at_destroy);
    list_add(decoder->arena, &resource->provisioners, provisioner);
}

void decode_provisioners(Decoder *decoder, Resource *resource, const BodyContent *content)
{
    const Block *connection = NULL;

    for (size_t i = 0; i < content->blocks.count; i++) {
        const Block *block = &content->blocks.items[i];

        if (text_is(block->type, "provisioner")) {
            decode_provisioner(decoder, resource, block);
        } else if (text_is(block->type, "connection")) {
            decode_connection(decoder, resource, block, connection, "resource");
            connection = block;
        }
    }
}
