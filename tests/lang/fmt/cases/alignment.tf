a=1
bb = 2
ccc   =   3

dddd=4
b {
e=5
}
ff=6
g=[
1,2
]
hh=7
i={a=1}
jjj={
a=1
}
k=8
# a comment between does not part them?
llllll=9
m = "x" == "y" ? 1 : 2
été=1
日本=2
e=3
n /* c */ = 4
o = f(
1) 
p = <<EOT
x
EOT
qqqqq = 1
