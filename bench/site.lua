-- SPDX-License-Identifier: EUPL-1.2
-- wrk -s bench/site.lua URL -- FOLDER site|read|wiki|once [gzip]
--
--   site   posts at random, every other request by somebody who is signed in
--   read   the same, but each reader waits 4 to 20 ms before the next page
--   once   each post that visitors may read, one after the other
--   wiki   pages of Fossil at random
--
-- FOLDER is what site_fill wrote. Requests are put together beforehand as far as can be, so that the load
-- costs little of the machine that it shares with the site.
local heads, for_visitors, tails = {}, 0, {}

local function lines_of(path)
    local list = {}
    for line in io.lines(path) do list[#list + 1] = line end
    return list
end

local function head_of(path, encoding)
    return "GET " .. path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] ..
           "\r\nAccept: text/html\r\nAccept-Language: nl\r\n" .. encoding
end

local function read_posts(folder, encoding)
    local signed_in = {}
    for _, line in ipairs(lines_of(folder .. "/posts")) do
        local id, is_public = line:match("^(%d+)\t(%d)")
        local list = is_public == "1" and heads or signed_in
        list[#list + 1] = head_of("/nl/verhalen/" .. id, encoding)
    end
    for_visitors = #heads -- those for who is signed in stand behind them
    for _, head in ipairs(signed_in) do heads[#heads + 1] = head end
    for _, secret in ipairs(lines_of(folder .. "/sessions")) do
        tails[#tails + 1] = "Cookie: session=" .. secret .. "\r\n\r\n"
    end
end

local n, ask = 0, {}
function ask.site()
    n = n + 1
    if n % 2 == 0 then return heads[math.random(for_visitors)] .. "\r\n" end
    return heads[math.random(#heads)] .. tails[math.random(#tails)]
end
ask.read = ask.site
function ask.once()
    n = n % for_visitors + 1
    return heads[n] .. "\r\n"
end
function ask.wiki()
    return heads[math.random(#heads)] .. "\r\n"
end

function init(args)
    local encoding = args[3] == "gzip" and "Accept-Encoding: gzip\r\n" or ""
    if args[2] == "wiki" then
        for i = 0, 99 do heads[#heads + 1] = head_of("/wiki?name=post-" .. i, encoding) end
    else
        read_posts(args[1], encoding)
    end
    math.randomseed(20261124)
    request = ask[args[2]]
    if args[2] == "read" then
        delay = function() return math.random(4, 20) end
    end
end

-- One line for a script to read: requests, microseconds, the 50th, 95th and 99th of a hundred in
-- microseconds, answers that were no page, connections that failed.
function done(summary, latency, requests)
    local e = summary.errors
    print(string.format("result %d %d %d %d %d %d %d", summary.requests, summary.duration,
                        latency:percentile(50), latency:percentile(95), latency:percentile(99),
                        e.status, e.connect + e.read + e.write + e.timeout))
end
