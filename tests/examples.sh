# SPDX-License-Identifier: EUPL-1.2
# examples.sh: worked examples in Markdown, for the scripts that run them. Source it behind tap.sh.
# An example is a fenced block of one kind: commands after "$ " (continued with a backslash) and
# what they print. A line "..." stands for lines left out.

# split KIND PAGE: each command of the page as NUMBER.run, what it should print as NUMBER.want
split() {
    rm -f *.run *.want
    awk -v fence="^\`\`\`$1\$" '
        $0 ~ fence { inside = 1; next }
        /^```$/ { inside = 0 }
        !inside { next }
        more { print >> run; more = /\\$/; next }
        /^\$ / { n++; run = n ".run"; want = n ".want"; printf "" > want
                 print substr($0, 3) > run; more = /\\$/; next }
        { print >> want }
    ' "$2"
}

# Whether `out` is `want`, where "..." stands for any lines.
matches() {
    awk '
        NR == FNR { want[++w] = $0; next }
        { got[++g] = $0 }
        function fits(i, j) {
            for (; i <= w && want[i] != "..."; i++)
                if (j > g || want[i] != got[j++])
                    return 0
            if (i > w)
                return j > g
            for (; j <= g + 1; j++)
                if (fits(i + 1, j))
                    return 1
            return 0
        }
        END { exit !fits(1, 1) }
    ' "$1" "$2"
}
