a="${x}"
b="${ x }"
c="${x}${y}"
d="a${x}b"
e="a${ x }b${  y  }c"
f="${~x~}"
g="a ${~ x ~} b"
h="%{if x}a%{else}b%{endif}"
i="%{ if x }a%{ else }b%{ endif }"
j="%{for x in y}${x}%{endfor}"
k="%{~ for x in y ~}${x}%{~ endfor ~}"
l="$${x} %%{y} $x %y $ %"
m="${"a"}"
n="${"a${b}c"}"
o="${f("${x}","y")}"
p="${{a=1}}"
q="a${{a=1}}b"
r="${x?"y":"z"}"
s="${[1,2]}"
t="${-1}"
u="${!x}"
v="a${-1}b${!x}"
w="a" 
x="${x /* c */}"
y="${/* c */ x}"
z="a${/* c */ x /* d */}b"
aa=["${x}"]
bb={a="${x}","${y}"=1}
cc=f("${x}")
dd="${x}"+1
ee=("${x}")
ff="${""}"
gg=""
hh="${<<EOT
x
EOT
}"
ii="  ${x}  "
jj="\t\n\\ \" é"
kk="${x}\n"
mm="${x.y[0].*.z}"
nn="${a}-${b}"
b { oo="${x}" }
