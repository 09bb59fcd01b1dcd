"""Lua scripts that Redis runs, each as one atomic step.

A world consists of six keys, always passed in this order:

* values, a hash from table NUL key to a line of facts and, after it, the value, and from NUL
  table NUL key to what the value is found by: a line with its rank, then its terms;
* order, a sorted set of table NUL place key, where a place is a number of 16 digits;
* tenants, a sorted set of tenant NUL table NUL place key, the tenant in hexadecimal;
* totals, a hash of the places used so far, of the mark of the last write and, by table, of
  the numbers of stored and forgotten values;
* marks, a sorted set of the writes of the last MEMORY seconds by their time: a mark, and for
  INCREMENT also the mark, a blank and its answer;
* writers, a hash from the name of a server of wanproof to the number of its writes.

The facts are: the mark of the last write, the place, the weight, the tenant. The first four
keys expire together. Clearing keeps the marks, which soon expire by themselves, and the
writers: a number that is lower than a server knows shows that Redis has lost writes.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "CHANGE",
    "CLEAR",
    "INCREMENT",
    "KEYS",
    "MARK",
    "MEMORY",
    "PLACE",
    "SELECT",
    "TENANTS",
    "VALUES",
]

KEYS: Final = ("values", "order", "tenants", "totals", "marks", "writers")

MARK: Final = 16
"""Characters of the mark that identifies a write."""

PLACE: Final = 16
"""Digits of every place, so that places are in order as texts, too."""

MEMORY: Final = 120
"""Seconds for which a write is not repeated if it is sent again after a lost answer."""

_HELPERS: Final = (
    f"local MEMORY = {MEMORY}"
    """
local values, order, tenants, totals, marks, writers = unpack(KEYS)
local NUL = string.char(0)

local function range(set, prefix, ...)
    return redis.call('ZRANGEBYLEX', set, '[' .. prefix, '(' .. prefix .. string.char(255), ...)
end

local function facts(kept)
    return string.match(kept, '^(%x+) (%d+) (%d+) (%x*)\\n')
end

local function drop(name, placed)
    local key = string.sub(placed, 17)
    local field = name .. NUL .. key
    local _, place, weight, tenant = facts(redis.call('HGET', values, field))
    redis.call('HDEL', values, field, NUL .. field)
    redis.call('ZREM', order, name .. NUL .. placed)
    redis.call('ZREM', tenants, tenant .. NUL .. name .. NUL .. placed)
    return redis.call('HINCRBY', totals, 'count' .. NUL .. name, -1),
        redis.call('HINCRBY', totals, 'weight' .. NUL .. name, 0 - weight)
end

local function put(name, key, old, mark, weight, tenant, most, bytes, content, indexed)
    local place, before, _ = nil, 0, nil
    if old then
        _, place, before, tenant = facts(old)
    end
    local count = redis.call('HINCRBY', totals, 'count' .. NUL .. name, old and 0 or 1)
    local heavy = redis.call('HINCRBY', totals, 'weight' .. NUL .. name, weight - before)
    if not old then
        place = string.format('%016.0f', redis.call('HINCRBY', totals, 'places', 1))
        redis.call('ZADD', order, 0, name .. NUL .. place .. key)
        redis.call('ZADD', tenants, 0, tenant .. NUL .. name .. NUL .. place .. key)
    end
    local line = table.concat({mark, place, weight, tenant}, ' ')
    redis.call('HSET', values, name .. NUL .. key, line .. '\\n' .. content)
    if (indexed or '') ~= '' then
        redis.call('HSET', values, NUL .. name .. NUL .. key, indexed)
    end
    while count > tonumber(most) or (bytes ~= '' and heavy > tonumber(bytes) and count > 1) do
        local first = range(order, name .. NUL, 'LIMIT', 0, 1)[1]
        count, heavy = drop(name, string.sub(first, #name + 2))
        redis.call('HINCRBY', totals, 'forgotten' .. NUL .. name, 1)
    end
end

local function writes(writer)
    return tonumber(redis.call('HGET', writers, writer) or 0)
end

local function finish(mark, writer, ttl, answer)
    redis.call('HINCRBY', writers, writer, 1)
    local now = redis.call('TIME')[1]
    redis.call('HSET', totals, 'latest', mark)
    redis.call('ZREMRANGEBYSCORE', marks, 0, now - MEMORY)
    redis.call('ZADD', marks, now, mark)
    if answer then
        redis.call('ZADD', marks, now, mark .. ' ' .. answer)
    end
    for _, each in ipairs(KEYS) do
        redis.call('EXPIRE', each, each == marks and MEMORY or ttl)
    end
end
"""
)

CHANGE: Final = (
    _HELPERS
    + """
local name, key, seen, mark, weight, tenant, most, bytes, content, writer, ttl, indexed =
    unpack(ARGV)
if redis.call('ZSCORE', marks, mark) then
    return {1, writes(writer)}
end
local old = redis.call('HGET', values, name .. NUL .. key)
if (old and facts(old) or '') ~= seen then
    return {0, writes(writer) + 1}
end
put(name, key, old, mark, weight, tenant, most, bytes, content, indexed)
finish(mark, writer, ttl)
return {1, writes(writer)}
"""
)
"""Writes one value.

Arguments: table, key, the mark of the write that was seen ('' if there was no value), the
mark of this one, weight, tenant, the table's limits of count and bytes, the value, the
writer, seconds to live, the rank and the terms of the value ('' without). Returns 1, or 0 if
another write came between, and the number of the writer's writes, this one included."""

INCREMENT: Final = (
    _HELPERS
    + """
local name, mark, most, writer, ttl = unpack(ARGV)
if redis.call('ZSCORE', marks, mark) then
    for _, member in ipairs(redis.call('ZRANGE', marks, 0, -1)) do
        if string.sub(member, 1, #mark + 1) == mark .. ' ' then
            return {string.sub(member, #mark + 2), writes(writer)}
        end
    end
end
local numbers = {}
for nth = 6, #ARGV, 2 do
    local key, tenant = ARGV[nth], ARGV[nth + 1]
    local old = redis.call('HGET', values, name .. NUL .. key)
    local number = (old and tonumber(string.match(old, '\\n(.*)$')) or 0) + 1
    numbers[#numbers + 1] = string.format('%.0f', number)
    put(name, key, old, mark, 0, tenant, most, '', string.format('%.1f', number))
end
local answer = table.concat(numbers, ' ')
finish(mark, writer, ttl, answer)
return {answer, writes(writer)}
"""
)
"""Adds 1 to numbers.

Arguments: table, the mark of this write, the table's limit of count, the writer, seconds to
live, and for each number its key and tenant. Returns the new numbers, separated by blanks, and
the number of the writer's writes. The search for an earlier answer is slow, but
only happens after a lost connection."""

VALUES: Final = (
    _HELPERS
    + """
local name, prefix, newest = ARGV[1], ARGV[1] .. NUL, ARGV[2]
local set = order
if ARGV[3] then
    set, prefix = tenants, ARGV[3] .. NUL .. prefix
end
local last = '(' .. prefix .. string.char(255)
local found = {}
for nth, member in ipairs(
    redis.call('ZREVRANGEBYLEX', set, last, '[' .. prefix, 'LIMIT', 0, newest)
) do
    local key = string.sub(member, #prefix + 17)
    found[nth] = redis.call('HGET', values, name .. NUL .. key)
end
return found
"""
)
"""Arguments: table, the number of newest values (-1 for all), and perhaps a tenant.

Returns the values, all or the tenant's, from the newest on."""

SELECT: Final = (
    _HELPERS
    + """
local name, above, newest, skip = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local set, prefix = order, name .. NUL
if ARGV[5] == 'of' then
    set, prefix = tenants, ARGV[6] .. NUL .. prefix
end

local function matches(text)
    if not text or tonumber(string.match(text, '^[^\\n]*')) <= above then
        return false
    end
    for nth = 7, #ARGV do
        if not string.find(text, ARGV[nth], 1, true) then
            return false
        end
    end
    return true
end

local members = redis.call('ZREVRANGEBYLEX', set, '(' .. prefix .. string.char(255), '[' .. prefix)
local count, found = 0, {}
for from = 1, #members, 500 do
    local fields = {}
    for nth = from, math.min(from + 499, #members) do
        fields[#fields + 1] = NUL .. name .. NUL .. string.sub(members[nth], #prefix + 17)
    end
    for nth, text in ipairs(redis.call('HMGET', values, unpack(fields))) do
        if matches(text) then
            count = count + 1
            if count > skip and (newest < 0 or count <= skip + newest) then
                found[#found + 1] = redis.call('HGET', values, string.sub(fields[nth], 2))
            end
        end
    end
end
return {count, found}
"""
)
"""Finds values by their ranks and terms.

Arguments: table, the rank that theirs must exceed, the number of newest values (-1 for all), how
many newer ones are skipped, 'of' and a tenant or '' and '', the parts that the terms must have.
Returns the number of all values found, and those wanted, from the newest on."""

TENANTS: Final = (
    _HELPERS
    + """
local name, found, from = ARGV[1], {}, '-'
while true do
    local member = redis.call('ZRANGEBYLEX', tenants, from, '+', 'LIMIT', 0, 1)[1]
    if not member then
        return found
    end
    local tenant = string.match(member, '^%x*')
    local prefix = tenant .. NUL .. name .. NUL
    local first = range(tenants, prefix, 'LIMIT', 0, 1)[1]
    if first then
        found[#found + 1] = string.sub(first, #prefix + 1, #prefix + 16) .. tenant
    end
    from = '[' .. tenant .. string.char(1)
end
"""
)
"""Argument: table. Returns, for each tenant, the 16 digits of its first place and its name."""

CLEAR: Final = (
    _HELPERS
    + """
local prefix = ARGV[1] .. NUL
for _, member in ipairs(range(tenants, prefix)) do
    local name, placed = string.match(string.sub(member, #prefix + 1), '^(%Z*)%z(.*)$')
    drop(name, placed)
    redis.call('HSET', totals, 'latest', ARGV[2])
end
"""
)
"""Deletes the values of one tenant. Arguments: the tenant, and the mark of this write."""
