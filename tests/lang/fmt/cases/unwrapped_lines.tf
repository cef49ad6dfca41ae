a="${
x
}"
b="${

x

}"
c="${
x?
1:
2
}"
d="${(
x
)}"
e="${f(
x
)}"
f="${[
1,
2
]}"
g="${{
a=1
}}"
h="${
x +
y
}"
i="a${
x
}b"
j="a${f(
x,
y
)}b"
l="${x # comment
}"
m="${(x) # comment
}"
n="${x
/* comment */}"
o="${<<EOT
a
EOT
}"
p="${[for x in y:
x]}"
