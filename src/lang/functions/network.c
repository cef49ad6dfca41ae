/* IP networks. */
#include "functions.h"

#include <arpa/inet.h>

__extension__ typedef unsigned __int128 Bits; /* of an address; an IPv4 address has the lower 32 */

typedef struct Network {
    Bits address; /* without host bits */
    int prefix;
    int length; /* of its addresses: 32 or 128 */
} Network;

static Bits all_ones(int count)
{
    return count >= 128 ? ~(Bits)0 : ((Bits)1 << count) - 1;
}

/* --- reading -------------------------------------------------------------------------------- */

/* a.b.c.d in decimal; zeros in front mean nothing. */
static bool parse_ipv4(Text text, Bits *ret_address)
{
    Bits address = 0;
    Text part;

    for (int i = 0; i < 4; i++) {
        bool more = text_cut(text, TEXT_LIT("."), &part, &text);
        int64_t number;

        if (more != (i < 3) || !part.length || part.bytes[0] == '-' || part.bytes[0] == '+' ||
            !text_to_int(part, &number) || number > 255)
            return false;
        address = address << 8 | (unsigned)number;
    }
    *ret_address = address;
    return true;
}

static bool parse_ipv6(Arena *arena, Text text, Bits *ret_address)
{
    unsigned char bytes[16];
    Bits address = 0;

    if (inet_pton(AF_INET6, text_cstring(arena, text), bytes) != 1)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        address = address << 8 | bytes[i];
    *ret_address = address;
    return true;
}

static bool parse_network(Arena *arena, Text text, Network *ret)
{
    Text address, prefix;
    int64_t bits;

    if (!text_cut(text, TEXT_LIT("/"), &address, &prefix) || !prefix.length || prefix.length > 3 ||
        prefix.bytes[0] == '-' || prefix.bytes[0] == '+' || !text_to_int(prefix, &bits))
        return false;
    ret->length = text_find(address, TEXT_LIT(":")) == TEXT_NOT_FOUND ? 32 : 128;
    if (bits > ret->length)
        return false;
    ret->prefix = (int)bits;
    if (!(ret->length == 32 ? parse_ipv4(address, &ret->address)
                            : parse_ipv6(arena, address, &ret->address)))
        return false;
    ret->address &= ~all_ones(ret->length - ret->prefix);
    return true;
}

/* The network in the first argument. [argument] is where an error points, -1 for the call. */
static bool read_network(Call *call, int argument, Network *ret)
{
    if (parse_network(call->arena, call_text(call, 0), ret))
        return true;
    call_error(call, argument, "invalid CIDR expression: invalid CIDR address: " TEXT_FMT,
               TEXT(call_text(call, 0)));
    return false;
}

/* A whole number of any size as bits and sign; false (reported) when it is none or too large. */
static bool bits_at(Call *call, size_t index, Bits *ret_bits, bool *ret_negative)
{
    Number number = value_to_number(call_argument(call, index));
    Bits bits = 0;
    Text digits;

    if (!number_is_integer(number) || number_is_infinite(number)) {
        call_error(call, -1, "value must be a whole number");
        return false;
    }
    *ret_negative = number_sign(number) == NUMBER_NEGATIVE;
    digits = number_text_base(call->arena,
                              *ret_negative ? number_negate(call->arena, number) : number, 16);
    for (size_t i = 0; i < digits.length; i++) {
        char c = digits.bytes[i];

        bits = bits << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    *ret_bits = digits.length > 32 ? ~(Bits)0 : bits;
    return true;
}

/* --- writing -------------------------------------------------------------------------------- */

static Text ipv4_text(Arena *arena, Bits address)
{
    unsigned low = (unsigned)address;

    return text_format(arena, "%u.%u.%u.%u", low >> 24 & 255, low >> 16 & 255, low >> 8 & 255,
                       low & 255);
}

/* The longest run of two or more zero groups, the first of equal ones (RFC 5952). */
static void longest_zeros(Bits address, int *ret_start, int *ret_count)
{
    *ret_start = -1;
    *ret_count = 1;
    for (int i = 0; i < 8; i++) {
        int count = 0;

        while (i + count < 8 && (address >> (112 - 16 * (i + count)) & 0xFFFF) == 0)
            count++;
        if (count > *ret_count) {
            *ret_start = i;
            *ret_count = count;
        }
    }
}

static Text ipv6_text(Arena *arena, Bits address)
{
    TextBuilder builder = text_builder(arena);
    int zeros, count;

    if (address >> 32 == 0xFFFF)
        return ipv4_text(arena, address);
    longest_zeros(address, &zeros, &count);
    for (int i = 0; i < 8; i++) {
        if (i == zeros) {
            text_add(&builder, TEXT_LIT("::"));
            i += count - 1;
            continue;
        }
        if (i > 0 && i != zeros + count)
            text_add_char(&builder, ':');
        else if (i > 0 && zeros < 0)
            text_add_char(&builder, ':');
        text_add_format(&builder, "%x", (unsigned)(address >> (112 - 16 * i) & 0xFFFF));
    }
    return text_built(&builder);
}

static Text address_text_of(Arena *arena, const Network *network, Bits address)
{
    return network->length == 32 ? ipv4_text(arena, address) : ipv6_text(arena, address);
}

/* An IPv4 address written as IPv6 comes out as IPv4. */
static bool is_mapped(const Network *network)
{
    return network->length == 128 && network->address >> 32 == 0xFFFF;
}

static Text network_text(Arena *arena, const Network *network)
{
    return text_format(arena, TEXT_FMT "/%d",
                       TEXT(address_text_of(arena, network, network->address)),
                       network->prefix - (is_mapped(network) ? 96 : 0));
}

/* --- functions ------------------------------------------------------------------------------ */

Value function_cidrhost(Call *call)
{
    Network network;
    Bits number, last;
    bool negative;

    if (!read_network(call, -1, &network) || !bits_at(call, 1, &number, &negative))
        return value_unknown(type_string);
    last = all_ones(network.length - network.prefix);
    if (number > last + (negative && last != ~(Bits)0))
        return call_error(call, -1, "prefix of %d does not accommodate a host numbered " TEXT_FMT,
                          network.prefix, TEXT(value_to_text(call->arena, call_argument(call, 1))));
    /* -1 is the last address. */
    number = negative ? last - (number - 1) : number;
    /* Terraform takes an IPv4 address for one of 32 bits also where it is written as IPv6. */
    if (is_mapped(&network))
        number <<= 96;
    return value_string_raw(address_text_of(call->arena, &network, network.address | number));
}

Value function_cidrnetmask(Call *call)
{
    Network network;

    if (!read_network(call, -1, &network))
        return value_unknown(type_string);
    if (is_mapped(&network))
        return value_string_raw(ipv6_text(call->arena, ~all_ones(128 - network.prefix)));
    if (network.length != 32)
        return call_error(call, -1, "IPv6 addresses cannot have a netmask: " TEXT_FMT,
                          TEXT(call_text(call, 0)));
    return value_string_raw(ipv4_text(call->arena, ~all_ones(32 - network.prefix)));
}

Value function_cidrsubnet(Call *call)
{
    Network network;
    int64_t new_bits;
    Bits number;
    bool negative;

    if (!read_network(call, -1, &network) || !call_integer(call, 1, &new_bits) ||
        !bits_at(call, 2, &number, &negative))
        return value_unknown(type_string);
    if (new_bits < -network.prefix || new_bits > network.length - network.prefix)
        return call_error(call, -1, "insufficient address space to extend prefix of %d by %lld",
                          network.prefix, (long long)new_bits);
    /* Where the prefix becomes shorter the number has to fit into what is left of it. */
    if (number > all_ones((int)(new_bits < 0 ? network.prefix + new_bits : new_bits)))
        return call_error(
            call, -1, "prefix extension of %lld does not accommodate a subnet numbered " TEXT_FMT,
            (long long)new_bits, TEXT(value_to_text(call->arena, call_argument(call, 2))));
    network.prefix += (int)new_bits;
    if (network.prefix > 0)
        number <<= network.length - network.prefix;
    /* Of a negative number Terraform takes the complement into the address and drops the sign. */
    network.address = negative ? (~network.address & (number - 1)) + 1 : network.address | number;
    return value_string_raw(network_text(call->arena, &network));
}

/* The number of bits that argument [index] adds; 0 (reported) when it cannot. */
static int extension_at(Call *call, const Network *network, size_t index)
{
    int64_t bits;

    if (!number_to_int(value_to_number(call_argument(call, index)), &bits))
        call_error(call, (int)index,
                   "value must be a whole number, between -9223372036854775808 and "
                   "9223372036854775807");
    else if (bits < 1)
        call_error(call, (int)index, "must extend prefix by at least one bit");
    else if (bits > 32)
        call_error(call, (int)index, "may not extend prefix by more than 32 bits");
    else if (network->prefix + bits > network->length)
        call_error(call, (int)index,
                   "would extend prefix to %lld bits, which is too long for an %s address",
                   (long long)(network->prefix + bits), network->length == 32 ? "IPv4" : "IPv6");
    else
        return (int)bits;
    return 0;
}

/* Subnets one after another, each at the first place that its size allows. */
Value function_cidrsubnets(Call *call)
{
    ValueBuilder builder = value_builder(call->arena);
    Network network, subnet;
    Bits used = 0; /* addresses given out, from the start */

    if (!read_network(call, 0, &network))
        return value_unknown(type_list(type_string));
    subnet = network;
    for (size_t i = 1; i < call->count; i++) {
        int bits = extension_at(call, &network, i);
        Bits size, start;

        if (!bits)
            return value_unknown(type_list(type_string));
        size = (Bits)1 << (network.length - network.prefix - bits);
        start = (used + size - 1) / size * size;
        /* It begins one before the network, and finds nothing before the first of all addresses. */
        if (network.address == 0 ||
            start > all_ones(network.length - network.prefix) - (size - 1) || start < used)
            return call_error(
                call, (int)i,
                "not enough remaining address space for a subnet with a prefix of %d bits "
                "after " TEXT_FMT,
                network.prefix + bits, TEXT(network_text(call->arena, &subnet)));
        subnet.address = network.address | start;
        subnet.prefix = network.prefix + bits;
        used = start + size;
        value_builder_add(&builder, value_string_raw(network_text(call->arena, &subnet)));
    }
    return value_built_list(&builder, type_string);
}
