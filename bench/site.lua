-- SPDX-License-Identifier: EUPL-1.2
-- wrk -s bench/site.lua URL -- FOLDER [gzip]: posts at random, every other request by somebody who is
-- signed in. FOLDER is what site_fill wrote. Requests are put together beforehand as far as can be, so
-- that the load costs little of the machine that it shares with the site.
local heads, for_visitors, tails = {}, 0, {}

local function lines_of(path)
    local list = {}
    for line in io.lines(path) do list[#list + 1] = line end
    return list
end

local threads = 0
function setup(thread)
    thread:set("seed", threads)
    threads = threads + 1
end

function init(args)
    local end_of_head = "\r\nAccept: text/html\r\nAccept-Language: nl\r\n"
    if args[2] == "gzip" then end_of_head = end_of_head .. "Accept-Encoding: gzip\r\n" end
    local signed_in = {}
    for _, line in ipairs(lines_of(args[1] .. "/posts")) do
        local id, is_public = line:match("^(%d+)\t(%d)")
        local head = "GET /nl/verhalen/" .. id .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] ..
                     end_of_head
        if is_public == "1" then heads[#heads + 1] = head
        else signed_in[#signed_in + 1] = head end
    end
    for_visitors = #heads -- those for who is signed in stand behind them
    for _, head in ipairs(signed_in) do heads[#heads + 1] = head end
    for _, secret in ipairs(lines_of(args[1] .. "/sessions")) do
        tails[#tails + 1] = "Cookie: session=" .. secret .. "\r\n\r\n"
    end
    math.randomseed(20261124 + seed)
end

local is_visitor = false
function request()
    is_visitor = not is_visitor
    if is_visitor then return heads[math.random(for_visitors)] .. "\r\n" end
    return heads[math.random(#heads)] .. tails[math.random(#tails)]
end

-- One line for a script to read: requests, microseconds, the 50th and 99th of a hundred in
-- microseconds, answers that were no page, connections that failed.
function done(summary, latency, requests)
    local e = summary.errors
    print(string.format("result %d %d %d %d %d %d", summary.requests, summary.duration,
                        latency:percentile(50), latency:percentile(99), e.status,
                        e.connect + e.read + e.write + e.timeout))
end
