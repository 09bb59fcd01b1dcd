"""What happens inside Redis: scripts, each of which runs as one step.

A world is five keys, always given in this order:

* values, a hash from table NUL key to a line of facts and, after it, the value;
* order, a sorted set of table NUL place key, where a place is a number of 16 digits;
* tenants, a sorted set of tenant NUL table NUL place key, the tenant in hexadecimal;
* totals, a hash of places given so far, of the mark of the last write and, by table, of what
  is kept and was forgotten;
* marks, a sorted set of the writes of the last MEMORY seconds by their time.

The facts are: the mark of the last write, the place, the weight, the tenant. The first four
keys expire together; clearing leaves the marks, which soon expire by themselves.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = ("values", "order", "tenants", "totals", "marks")

MARK: Final = 16
"""Characters of the mark by which a write is known."""

PLACE: Final = 16
"""Digits of a place, which all have, so that they are in order as texts, too."""

MEMORY: Final = 120
"""Seconds in which a write that is sent again, as its answer was lost, is not done again."""

_HELPERS: Final = """
local values, order, tenants, totals, marks = unpack(KEYS)
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
    redis.call('HDEL', values, field)
    redis.call('ZREM', order, name .. NUL .. placed)
    redis.call('ZREM', tenants, tenant .. NUL .. name .. NUL .. placed)
    return redis.call('HINCRBY', totals, 'count' .. NUL .. name, -1),
        redis.call('HINCRBY', totals, 'weight' .. NUL .. name, 0 - weight)
end
"""

CHANGE: Final = (
    _HELPERS
    + f"local MEMORY = {MEMORY}"
    + """
local name, key, seen, mark, weight, tenant, most, bytes, content, ttl = unpack(ARGV)
if redis.call('ZSCORE', marks, mark) then
    return 1
end
local field = name .. NUL .. key
local old = redis.call('HGET', values, field)
local latest, place, before = '', nil, 0
if old then
    latest, place, before, tenant = facts(old)
end
if latest ~= seen then
    return 0
end
local count = redis.call('HINCRBY', totals, 'count' .. NUL .. name, old and 0 or 1)
local heavy = redis.call('HINCRBY', totals, 'weight' .. NUL .. name, weight - before)
if not old then
    place = string.format('%016.0f', redis.call('HINCRBY', totals, 'places', 1))
    redis.call('ZADD', order, 0, name .. NUL .. place .. key)
    redis.call('ZADD', tenants, 0, tenant .. NUL .. name .. NUL .. place .. key)
end
local line = table.concat({mark, place, weight, tenant}, ' ')
redis.call('HSET', values, field, line .. '\\n' .. content)
redis.call('HSET', totals, 'latest', mark)
while count > tonumber(most) or (bytes ~= '' and heavy > tonumber(bytes) and count > 1) do
    local first = range(order, name .. NUL, 'LIMIT', 0, 1)[1]
    count, heavy = drop(name, string.sub(first, #name + 2))
    redis.call('HINCRBY', totals, 'forgotten' .. NUL .. name, 1)
end
local now = redis.call('TIME')[1]
redis.call('ZREMRANGEBYSCORE', marks, 0, now - MEMORY)
redis.call('ZADD', marks, now, mark)
for _, each in ipairs(KEYS) do
    redis.call('EXPIRE', each, each == marks and MEMORY or ttl)
end
return 1
"""
)
"""Arguments: table, key, the mark of the write that was seen ('' if there was no value), the
mark of this one, weight, tenant, most and bytes of the table, the value, seconds to live.
Gives 1, or 0 where another write came in between."""

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
"""Arguments: table, how many of the newest values are wanted (-1 for all), and a tenant if only
its own are. Gives them from the newest on."""

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
"""Argument: table. Gives, for each tenant, the 16 digits of its first place and its name."""

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
"""Arguments: a tenant, whose values are all forgotten, and the mark of this write."""
