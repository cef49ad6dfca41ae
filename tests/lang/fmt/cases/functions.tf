a=f()
b=f( )
c=f(1,2)
d=f( 1 , 2 )
e=f(1,2,)
f=f(x...)
g=f( x ... )
h=f(1,x...)
i=f(
1,
2
)
j=f(
1,
g(
2,
3
)
)
k=f(g(h(1)))
l=f([1,2],{a=1})
m=f([
1
],{
a=1
})
n=provider::aws::arn_parse(x)
o=provider :: aws :: arn_parse ( x )
p=f("x")
q=f(<<EOT
x
EOT
)
r=f({
a=1
})
s=f([for x in y:x])
t=f(
  1
  ,2)
