/*
 * The language's functions: a row each, sorted by name. A row is the documentation, the check of
 * arguments and the way to the body at once.
 */
#include "functions.h"

#include "pipectl/lang/suggestion.h"

#define PARAMETERS(...)                \
    (const Parameter[]){ __VA_ARGS__ }, \
        sizeof((const Parameter[]){ __VA_ARGS__ }) / sizeof(Parameter)
#define NO_PARAMETERS NULL, 0
#define VARIADIC(...) &(const Parameter){ __VA_ARGS__ }

static const Function table[] = {
    { "abs", "The absolute value of a number.",
      PARAMETERS({ "num", "number", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "number", function_abs, false },
    { "abspath", "An absolute path for a path, which may be relative to the working directory.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_abspath, false },
    { "alltrue", "Whether all elements are true; true for none.",
      PARAMETERS({ "list", "list(bool)", ALLOW_UNKNOWN }), NULL, "bool", function_alltrue, false },
    { "anytrue", "Whether any element is true; false for none.",
      PARAMETERS({ "list", "list(bool)", ALLOW_UNKNOWN }), NULL, "bool", function_anytrue, false },
    { "base64decode", "Decodes Base64 into a UTF-8 string.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_base64decode, false },
    { "base64encode", "Encodes a string's UTF-8 bytes as Base64.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_base64encode, false },
    { "base64gzip", "Compresses a string with gzip and encodes the result as Base64.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_base64gzip, false },
    { "base64sha256", "The SHA-256 digest of a string, as Base64.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_base64sha256, false },
    { "base64sha512", "The SHA-512 digest of a string, as Base64.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_base64sha512, false },
    { "basename", "The last part of a path.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_basename, false },
    { "bcrypt", "A hash of a string with the Blowfish cipher, different at each call.",
      PARAMETERS({ "str", "string", 0 }),
      VARIADIC("cost", "number", 0), "string", function_bcrypt, false },
    { "can", "Whether an expression can be evaluated without an error.",
      PARAMETERS({ "expression", "any", 0 }), NULL, "bool", function_can, true },
    { "ceil", "The closest whole number that is not less.",
      PARAMETERS({ "num", "number", 0 }), NULL, "number", function_ceil, false },
    { "chomp", "Removes line ends at the end of a string.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_chomp, false },
    { "chunklist", "Cuts a list into lists of at most so many elements.",
      PARAMETERS({ "list", "list(any)", ALLOW_UNKNOWN | ALLOW_MARKED },
                 { "size", "number", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "list(list(any))", function_chunklist, false },
    { "cidrhost", "The address of a host in an IP network.",
      PARAMETERS({ "prefix", "string", 0 }, { "hostnum", "number", 0 }),
      NULL, "string", function_cidrhost, false },
    { "cidrnetmask", "The netmask of an IPv4 network.",
      PARAMETERS({ "prefix", "string", 0 }), NULL, "string", function_cidrnetmask, false },
    { "cidrsubnet", "A subnet within an IP network.",
      PARAMETERS({ "prefix", "string", 0 }, { "newbits", "number", 0 }, { "netnum", "number", 0 }),
      NULL, "string", function_cidrsubnet, false },
    { "cidrsubnets", "Consecutive subnets within an IP network.",
      PARAMETERS({ "prefix", "string", 0 }),
      VARIADIC("newbits", "number", 0), "list(string)", function_cidrsubnets, false },
    { "coalesce", "The first argument that is neither null nor an empty string.",
      NO_PARAMETERS, VARIADIC("vals", "any", ALLOW_NULL | ALLOW_UNKNOWN),
      "any", function_coalesce, false },
    { "coalescelist", "The first list that is not empty.",
      NO_PARAMETERS, VARIADIC("vals", "any", ALLOW_NULL | ALLOW_UNKNOWN),
      "any", function_coalescelist, false },
    { "compact", "Removes nulls and empty strings from a list.",
      PARAMETERS({ "list", "list(string)", 0 }), NULL, "list(string)", function_compact, false },
    { "concat", "Puts lists or tuples one after another.",
      NO_PARAMETERS, VARIADIC("seqs", "any", ALLOW_UNKNOWN | ALLOW_MARKED | NULL_IS_EMPTY),
      "any", function_concat, false },
    { "contains", "Whether a list or set contains a value.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN }, { "value", "any", ALLOW_UNKNOWN }),
      NULL, "any", function_contains, false },
    { "csvdecode", "Decodes CSV into a list of objects, one for each line after the first.",
      PARAMETERS({ "str", "string", 0 }), NULL, "any", function_csvdecode, false },
    { "dirname", "A path without its last part.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_dirname, false },
    { "distinct", "Removes elements that came before.",
      PARAMETERS({ "list", "list(any)", ALLOW_UNKNOWN }),
      NULL, "list(any)", function_distinct, false },
    { "element", "The element at an index, counted round and round.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN | ALLOW_MARKED },
                 { "index", "number", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_element, false },
    { "endswith", "Whether a string ends with another.",
      PARAMETERS({ "str", "string", 0 }, { "suffix", "string", 0 }),
      NULL, "bool", function_endswith, false },
    { "ephemeralasnull", "The value with its ephemeral parts replaced by null.",
      PARAMETERS({ "value", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_ephemeralasnull, false },
    { "file", "The content of a file.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_file, false },
    { "filebase64", "The content of a file, as Base64.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filebase64, false },
    { "filebase64sha256", "The SHA-256 digest of a file, as Base64.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filebase64sha256, false },
    { "filebase64sha512", "The SHA-512 digest of a file, as Base64.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filebase64sha512, false },
    { "fileexists", "Whether there is such a file.",
      PARAMETERS({ "path", "string", 0 }), NULL, "bool", function_fileexists, false },
    { "filemd5", "The MD5 digest of a file, in hexadecimal.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filemd5, false },
    { "fileset", "The names of the files below a folder that match a pattern.",
      PARAMETERS({ "path", "string", 0 }, { "pattern", "string", 0 }),
      NULL, "set(string)", function_fileset, false },
    { "filesha1", "The SHA-1 digest of a file, in hexadecimal.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filesha1, false },
    { "filesha256", "The SHA-256 digest of a file, in hexadecimal.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filesha256, false },
    { "filesha512", "The SHA-512 digest of a file, in hexadecimal.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_filesha512, false },
    { "flatten", "Replaces lists in a list by their elements, at any depth.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_flatten, false },
    { "floor", "The closest whole number that is not greater.",
      PARAMETERS({ "num", "number", 0 }), NULL, "number", function_floor, false },
    { "format", "Formats values as a pattern says.",
      PARAMETERS({ "format", "string", ALLOW_UNKNOWN }),
      VARIADIC("args", "any", ALLOW_NULL | ALLOW_UNKNOWN), "any", function_format, false },
    { "formatdate", "Formats a timestamp as a pattern says.",
      PARAMETERS({ "format", "string", 0 }, { "time", "string", 0 }),
      NULL, "string", function_formatdate, false },
    { "formatlist", "Formats lists of values, element by element, as a pattern says.",
      PARAMETERS({ "format", "string", ALLOW_UNKNOWN }),
      VARIADIC("args", "any", ALLOW_NULL | ALLOW_UNKNOWN), "any", function_formatlist, false },
    { "indent", "Puts spaces at the start of every line but the first.",
      PARAMETERS({ "spaces", "number", 0 }, { "str", "string", 0 }),
      NULL, "string", function_indent, false },
    { "index", "The index of the first element that equals a value.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN }, { "value", "any", ALLOW_UNKNOWN }),
      NULL, "any", function_index, false },
    { "issensitive", "Whether a value is sensitive.",
      PARAMETERS({ "value", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "bool", function_issensitive, false },
    { "join", "Puts the strings of lists together, with a separator between them.",
      PARAMETERS({ "separator", "string", 0 }),
      VARIADIC("lists", "list(string)", ALLOW_UNKNOWN), "string", function_join, false },
    { "jsondecode", "Decodes JSON.",
      PARAMETERS({ "str", "string", ALLOW_UNKNOWN }), NULL, "any", function_jsondecode, false },
    { "jsonencode", "Encodes a value as JSON.",
      PARAMETERS({ "val", "any", ALLOW_NULL | ALLOW_UNKNOWN }),
      NULL, "string", function_jsonencode, false },
    { "keys", "The keys of a map or the attribute names of an object.",
      PARAMETERS({ "inputMap", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_keys, false },
    { "length", "The number of elements, or of characters in a string.",
      PARAMETERS({ "value", "any", ALLOW_UNKNOWN | ALLOW_MARKED | NULL_IS_EMPTY }),
      NULL, "number", function_length, false },
    { "log", "The logarithm of a number in a base.",
      PARAMETERS({ "num", "number", 0 }, { "base", "number", 0 }),
      NULL, "number", function_log, false },
    { "lookup", "An element of a map by its key, or a default.",
      PARAMETERS({ "inputMap", "any", ALLOW_UNKNOWN | ALLOW_MARKED },
                 { "key", "string", ALLOW_UNKNOWN | ALLOW_MARKED }),
      VARIADIC("default", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED),
      "any", function_lookup, false },
    { "lower", "Converts letters to lower case.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_lower, false },
    { "matchkeys", "The values whose keys are in a list.",
      PARAMETERS({ "values", "list(any)", ALLOW_UNKNOWN },
                 { "keys", "list(any)", ALLOW_UNKNOWN },
                 { "searchset", "list(any)", ALLOW_UNKNOWN }),
      NULL, "list(any)", function_matchkeys, false },
    { "max", "The greatest number.",
      NO_PARAMETERS, VARIADIC("numbers", "number", 0), "number", function_max, false },
    { "md5", "The MD5 digest of a string, in hexadecimal.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_md5, false },
    { "merge", "Puts the elements of maps or objects into one; later ones win.",
      NO_PARAMETERS, VARIADIC("maps", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED),
      "any", function_merge, false },
    { "min", "The least number.",
      NO_PARAMETERS, VARIADIC("numbers", "number", 0), "number", function_min, false },
    { "nonsensitive", "The value, no longer sensitive.",
      PARAMETERS({ "value", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_nonsensitive, false },
    { "one", "The only element of a list, or null for an empty one.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN }), NULL, "any", function_one, false },
    { "parseint", "Reads a whole number in a base from 2 to 62.",
      PARAMETERS({ "number", "any", ALLOW_UNKNOWN }, { "base", "number", ALLOW_UNKNOWN }),
      NULL, "any", function_parseint, false },
    { "pathexpand", "Replaces ~ at the start of a path by the home folder.",
      PARAMETERS({ "path", "string", 0 }), NULL, "string", function_pathexpand, false },
    { "plantimestamp", "The time when the plan was made.",
      NO_PARAMETERS, NULL, "string", function_plantimestamp, false },
    { "pow", "A number raised to a power.",
      PARAMETERS({ "num", "number", 0 }, { "power", "number", 0 }),
      NULL, "number", function_pow, false },
    { "range", "A list of numbers with a start, an end and a step.",
      NO_PARAMETERS, VARIADIC("params", "number", 0), "list(number)", function_range, false },
    { "regex", "The first match of a regular expression.",
      PARAMETERS({ "pattern", "string", ALLOW_UNKNOWN }, { "string", "string", ALLOW_UNKNOWN }),
      NULL, "any", function_regex, false },
    { "regexall", "All matches of a regular expression.",
      PARAMETERS({ "pattern", "string", ALLOW_UNKNOWN }, { "string", "string", ALLOW_UNKNOWN }),
      NULL, "list(any)", function_regexall, false },
    { "replace", "Replaces a text, or what a /regular expression/ matches.",
      PARAMETERS({ "str", "string", 0 }, { "substr", "string", 0 }, { "replace", "string", 0 }),
      NULL, "string", function_replace, false },
    { "reverse", "The elements in the opposite order.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_reverse, false },
    { "rsadecrypt", "Decrypts what was encrypted with an RSA key.",
      PARAMETERS({ "ciphertext", "string", 0 }, { "privatekey", "string", 0 }),
      NULL, "string", function_rsadecrypt, false },
    { "sensitive", "The value, marked as sensitive.",
      PARAMETERS({ "value", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_sensitive, false },
    { "setintersection", "The elements that all the sets have.",
      PARAMETERS({ "first_set", "set(any)", ALLOW_UNKNOWN }),
      VARIADIC("other_sets", "set(any)", ALLOW_UNKNOWN),
      "set(any)", function_setintersection, false },
    { "setproduct", "All combinations of elements of the sets.",
      NO_PARAMETERS, VARIADIC("sets", "any", ALLOW_UNKNOWN | ALLOW_MARKED),
      "any", function_setproduct, false },
    { "setsubtract", "The elements of a set that another has not.",
      PARAMETERS({ "a", "set(any)", ALLOW_UNKNOWN | NULL_IS_EMPTY },
                 { "b", "set(any)", ALLOW_UNKNOWN | NULL_IS_EMPTY }),
      NULL, "set(any)", function_setsubtract, false },
    { "setunion", "The elements of all the sets.",
      PARAMETERS({ "first_set", "set(any)", ALLOW_UNKNOWN }),
      VARIADIC("other_sets", "set(any)", ALLOW_UNKNOWN), "set(any)", function_setunion, false },
    { "sha1", "The SHA-1 digest of a string, in hexadecimal.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_sha1, false },
    { "sha256", "The SHA-256 digest of a string, in hexadecimal.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_sha256, false },
    { "sha512", "The SHA-512 digest of a string, in hexadecimal.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_sha512, false },
    { "signum", "The sign of a whole number: -1, 0 or 1.",
      PARAMETERS({ "num", "number", 0 }), NULL, "number", function_signum, false },
    { "slice", "Consecutive elements of a list.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN | ALLOW_MARKED },
                 { "start_index", "number", ALLOW_UNKNOWN },
                 { "end_index", "number", ALLOW_UNKNOWN }),
      NULL, "any", function_slice, false },
    { "sort", "Sorts strings by their characters.",
      PARAMETERS({ "list", "list(string)", ALLOW_UNKNOWN }),
      NULL, "list(string)", function_sort, false },
    { "split", "Cuts a string at every separator.",
      PARAMETERS({ "separator", "string", 0 }, { "str", "string", 0 }),
      NULL, "list(string)", function_split, false },
    { "startswith", "Whether a string starts with another.",
      PARAMETERS({ "str", "string", ALLOW_UNKNOWN }, { "prefix", "string", ALLOW_UNKNOWN }),
      NULL, "bool", function_startswith, false },
    { "strcontains", "Whether a string contains another.",
      PARAMETERS({ "str", "string", 0 }, { "substr", "string", 0 }),
      NULL, "bool", function_strcontains, false },
    { "strrev", "The characters of a string in the opposite order.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_strrev, false },
    { "substr", "A part of a string.",
      PARAMETERS({ "str", "string", 0 }, { "offset", "number", 0 }, { "length", "number", 0 }),
      NULL, "string", function_substr, false },
    { "sum", "The sum of numbers.",
      PARAMETERS({ "list", "any", ALLOW_UNKNOWN }), NULL, "any", function_sum, false },
    { "templatefile", "Renders a file as a template, with variables.",
      PARAMETERS({ "path", "string", 0 }, { "vars", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_templatefile, false },
    { "templatestring", "Renders a string as a template, with variables.",
      PARAMETERS({ "template", "string", 0 }, { "vars", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "string", function_templatestring, true },
    { "textdecodebase64", "Decodes Base64 of text in a character encoding.",
      PARAMETERS({ "source", "string", 0 }, { "encoding", "string", 0 }),
      NULL, "string", function_textdecodebase64, false },
    { "textencodebase64", "Encodes text in a character encoding, as Base64.",
      PARAMETERS({ "string", "string", 0 }, { "encoding", "string", 0 }),
      NULL, "string", function_textencodebase64, false },
    { "timeadd", "A timestamp and a duration later.",
      PARAMETERS({ "timestamp", "string", 0 }, { "duration", "string", 0 }),
      NULL, "string", function_timeadd, false },
    { "timecmp", "Compares two timestamps: -1, 0 or 1.",
      PARAMETERS({ "timestamp_a", "string", 0 }, { "timestamp_b", "string", 0 }),
      NULL, "number", function_timecmp, false },
    { "timestamp", "The current time.",
      NO_PARAMETERS, NULL, "string", function_timestamp, false },
    { "title", "Converts the first letter of each word to upper case.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_title, false },
    { "tobool", "Converts to a bool.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "bool", function_tobool, false },
    { "tolist", "Converts to a list.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "list(any)", function_tolist, false },
    { "tomap", "Converts to a map.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "map(any)", function_tomap, false },
    { "tonumber", "Converts to a number.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "number", function_tonumber, false },
    { "toset", "Converts to a set.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "set(any)", function_toset, false },
    { "tostring", "Converts to a string.",
      PARAMETERS({ "v", "any", ALLOW_NULL | ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "string", function_tostring, false },
    { "transpose", "A map of lists with keys and elements exchanged.",
      PARAMETERS({ "values", "map(list(string))", 0 }),
      NULL, "map(list(string))", function_transpose, false },
    { "trim", "Removes the given characters at both ends of a string.",
      PARAMETERS({ "str", "string", 0 }, { "cutset", "string", 0 }),
      NULL, "string", function_trim, false },
    { "trimprefix", "Removes a text at the start of a string.",
      PARAMETERS({ "str", "string", 0 }, { "prefix", "string", 0 }),
      NULL, "string", function_trimprefix, false },
    { "trimspace", "Removes white space at both ends of a string.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_trimspace, false },
    { "trimsuffix", "Removes a text at the end of a string.",
      PARAMETERS({ "str", "string", 0 }, { "suffix", "string", 0 }),
      NULL, "string", function_trimsuffix, false },
    { "try", "The first expression that can be evaluated without an error.",
      NO_PARAMETERS, VARIADIC("expressions", "any", 0), "any", function_try, true },
    { "upper", "Converts letters to upper case.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_upper, false },
    { "urlencode", "Encodes a string for use in a URL's query.",
      PARAMETERS({ "str", "string", 0 }), NULL, "string", function_urlencode, false },
    { "uuid", "A random UUID, different at each call.",
      NO_PARAMETERS, NULL, "string", function_uuid, false },
    { "uuidv5", "The UUID of a name in a namespace.",
      PARAMETERS({ "namespace", "string", 0 }, { "name", "string", 0 }),
      NULL, "string", function_uuidv5, false },
    { "values", "The values of a map or object, in the order of their keys.",
      PARAMETERS({ "mapping", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_values, false },
    { "yamldecode", "Decodes YAML.",
      PARAMETERS({ "src", "string", 0 }), NULL, "any", function_yamldecode, false },
    { "yamlencode", "Encodes a value as YAML.",
      PARAMETERS({ "value", "any", ALLOW_NULL }), NULL, "string", function_yamlencode, false },
    { "zipmap", "A map of keys and the values at the same places.",
      PARAMETERS({ "keys", "list(string)", ALLOW_UNKNOWN | ALLOW_MARKED },
                 { "values", "any", ALLOW_UNKNOWN | ALLOW_MARKED }),
      NULL, "any", function_zipmap, false },
};

/* Functions that were there once: whoever calls them is told what took their place. */
static Value refuse_list(Call *call)
{
    return call_error(call, -1,
                      "the \"list\" function is no longer available; write tolist([ ... ])");
}

static Value refuse_map(Call *call)
{
    return call_error(call, -1,
                      "the \"map\" function is no longer available; write tomap({ ... })");
}

static const Function removed_table[] = {
    { "list", "Removed.",
      NO_PARAMETERS, VARIADIC("vals", "any", ALLOW_NULL), "any", refuse_list, false },
    { "map", "Removed.",
      NO_PARAMETERS, VARIADIC("vals", "any", ALLOW_NULL), "any", refuse_map, false },
};

/* Functions of the provider that is part of the program. */
static const Function provider_table[] = {
    { "provider::terraform::decode_tfvars", "Decodes the content of a .tfvars file.",
      PARAMETERS({ "src", "string", 0 }), NULL, "any", function_decode_tfvars, false },
    { "provider::terraform::encode_expr", "Writes a value as an expression.",
      PARAMETERS({ "value", "any", ALLOW_NULL }), NULL, "string", function_encode_expr, false },
    { "provider::terraform::encode_tfvars", "Writes an object as the content of a .tfvars file.",
      PARAMETERS({ "value", "any", 0 }), NULL, "string", function_encode_tfvars, false },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const Function *find(const Function *rows, size_t count, Text name)
{
    size_t from = 0, to = count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = text_compare(name, text_of(rows[middle].name));

        if (order == 0)
            return &rows[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

const Function *function_find(Text name)
{
    Text core = TEXT_LIT("core::");
    const Function *found;

    if (text_starts_with(name, TEXT_LIT("provider::")))
        return find(provider_table, COUNT(provider_table), name);
    if (text_starts_with(name, core))
        name = text_slice(name, core.length, name.length);
    found = find(table, COUNT(table), name);
    return found ? found : find(removed_table, COUNT(removed_table), name);
}

const Function *function_table(size_t *ret_count)
{
    *ret_count = COUNT(table);
    return table;
}

Text function_suggestion(Text name)
{
    size_t least = name.length / 3 + 1;
    Text best = TEXT_NONE;

    for (size_t i = 0; i < COUNT(table); i++) {
        size_t found = suggestion_distance(name, text_of(table[i].name));

        if (found < least) {
            least = found;
            best = text_of(table[i].name);
        }
    }
    return best;
}
