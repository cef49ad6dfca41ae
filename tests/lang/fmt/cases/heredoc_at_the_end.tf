a=<<EOT
x
EOT